/**
 * Every field of the API, sorted by hand: what can carry practice data must be asked for by the property test, the
 * rest says nothing of a practice. A field that stands in neither table fails the test: whoever adds one decides.
 */
import { readFileSync } from 'node:fs';
import { TypeInfo, buildSchema, isInterfaceType, isObjectType, parse, visit, visitWithTypeInfo } from 'graphql';
import { root } from '../hub.js';
import { subgraph } from './selection.js';

/** Fields that can tell of a practice, by type. */
const carrying = table(`
  Query: node nodes practice practices practiceStatistics practiceEvents accessLog accessLogHead verifyAccessLog accessRequests explainVisibility previewAudience
  Mutation: createPractice updatePractice submitPractice withdrawPractice discardPractice requestAccess grantAccess declineAccess endAccessGrant
  Subscription: practiceEvents
  MemberState: practices
  Region: practices
  RegionalBody: practices
  Practice: accessLog accessRequests audience caution classification consents createdAt evidence gender id knowledgeProducts learning marking narrative origin originalLanguage owner ownership pillars publishedAt redactions regions reviewBy revision rights scope sectionMarkings sharingLapses slug state submittedAt summary themes title translations type updatedAt version viewerCan workshop
  PracticeAudience: memberStates persons regionalBodies
  ConsentRecord: authority date expiry givenAt scope
  Redaction: canRequest marking path reason section
  SectionMarking: marking section
  SharingLapse: at audience marking sectionMarkings
  PracticeClassification: knowledgeProducts resolutions
  PracticeEvidence: items maturity results resultsSummary validation
  EvidenceItem: publisher title url year
  PracticeResult: baseline indicator result unintendedEffects
  PracticeGender: analysis disaggregatedData marker
  PracticeLearning: constraints lessons replicability successFactors sustainability
  PracticeNarrative: actors context legalBasis methodology objectives resourcesNeeded
  PracticeOwnership: contactRole leadInstitution partners submittedVia
  PracticeRights: dataProtection doNoHarm oversightAndRemedy rightsAffected safeguardTest summary
  SafeguardTest: legality necessity nonDiscrimination proportionality
  PracticeScope: level memberStates periodEnd periodStart
  Translation: locale status summary title
  LocalizedText: locale status text
  PracticePermissions: discard setAudience submit update withdraw
  Permission: allowed reason
  PracticeConnection: edges nodes pageInfo totalCount
  PracticeEdge: cursor node
  PageInfo: endCursor hasNextPage hasPreviousPage startCursor
  PracticeStatistics: rows total unassigned
  PracticeStatisticsRow: count key label owner region theme
  PracticeEventConnection: cursor edges nodes pageInfo
  PracticeEventEdge: cursor node
  PracticeChange: at cursor practice practiceId type
  StreamNotice: at cursor practice practiceId type
  AccessRequestConnection: edges nodes pageInfo totalCount
  AccessRequestEdge: cursor node
  AccessRequest: askedAt askedFor decidedAt declineReason grant id person practice reason role sections status
  AccessGrant: endedAt sections until
  RequestAccessPayload: request userErrors
  GrantAccessPayload: request userErrors
  DeclineAccessPayload: request userErrors
  EndAccessGrantPayload: request userErrors
  VisibilityExplanation: explanation rule sections sees via
  SectionExplanation: explanation marking rule section sees
  AudiencePreview: curatorsSeeHeader everyoneOncePublished groups persons totalByCeiling totalByRole
  AudienceGroup: clients isOwner of roles
  AudienceRole: hiddenSections persons role
  AudienceClients: ceiling clients hiddenSections
  AudiencePerson: hiddenSections id sees
  AccessLogConnection: edges nodes pageInfo totalCount
  AccessLogEdge: cursor node
  AccessLogEntry: at channel readFor role sections times version
  AuditedAccessConnection: edges nodes pageInfo totalCount
  AuditedAccessEdge: cursor node
  AuditedAccess: apiClientId at channel hash number own personId practiceId readFor role sections times version
  AccessLogHead: at hash number
  AccessLogVerification: fault from head next to
  AccessLogFault: kind number
  CreatePracticePayload: practice userErrors
  UpdatePracticePayload: practice userErrors
  SubmitPracticePayload: practice userErrors
  WithdrawPracticePayload: practice userErrors
  DiscardPracticePayload: discardedId practice userErrors
  UserError: code message path
`);

/** Fields that tell of no practice: public reference data, and who asks. */
const telling = table(`
  Query: directory invitations apiClients knowledgeProducts memberState memberStates region regionalBodies regionalBody regions theme themes viewer workshops
  Node: id
  PracticeEvent: at cursor practice practiceId type
  Mutation: acceptInvitation endRole invitePerson removePerson startRole updatePerson withdrawInvitation createApiClient createApiKey endApiClient revokeApiKey rotateApiKey
  ApiClient: ceiling createdAt endedAt expiresAt id keys memberState name regionalBody scopes
  ApiClientConnection: edges nodes pageInfo totalCount
  ApiClientEdge: cursor node
  ApiKey: createdAt expiresAt id lastUsedAt prefix revokedAt
  AcceptInvitationPayload: personId role userErrors
  EndRolePayload: person userErrors
  Invitation: acceptedAt acceptedBy createdAt email expiresAt id invitedBy name role withdrawnAt
  InvitationConnection: edges nodes pageInfo totalCount
  InvitationEdge: cursor node
  InvitePersonPayload: invitation token userErrors
  PersonConnection: edges nodes pageInfo totalCount
  PersonEdge: cursor node
  RemovePersonPayload: removedId userErrors
  StartRolePayload: person userErrors
  UpdatePersonPayload: person userErrors
  WithdrawInvitationPayload: invitation userErrors
  CreateApiClientPayload: apiClient userErrors
  CreateApiKeyPayload: apiKey secret userErrors
  EndApiClientPayload: apiClient userErrors
  RevokeApiKeyPayload: apiKey userErrors
  RotateApiKeyPayload: apiKey replaced secret userErrors
  KnowledgeProduct: abstract id languages launched publishers series slug themes title url workingTitle year
  MemberState: bodies id iso2 iso3 m49 name regions unStatus
  MemberStateConnection: edges nodes pageInfo totalCount
  MemberStateEdge: cursor node
  OtherParticipant: name note
  Person: email id name roles
  Region: bodies children id level m49 memberStates name parent
  RegionalBody: acronym asOf foundedYear id members name nonUnMembers organs regions seat slug statusNotes website
  RoleHeld: memberState regionalBody role
  Seat: city memberState
  Theme: broader definition id label narrower pillars slug
  Venue: city memberState
  Viewer: ceiling client kind memberState person regionalBody roles scopes
  Workshop: datePrecision earliestDate endDate facts id kind latestDate participants regions regionsNote resources slug startDate summary title venue
  WorkshopParticipants: memberStates officials organizations others partnerStates regionalBodies total
  WorkshopResource: publisher title url year
`);

function table(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [type, fields] = line.split(':');
      return fields!
        .trim()
        .split(' ')
        .map((field) => `${type!.trim()}.${field}`);
    });
}

/** What stands in the schema and in neither table, in both, or in a table and not in the schema. */
export function unsorted(): { unknown: string[]; twice: string[]; gone: string[] } {
  const schema = buildSchema(readFileSync(`${root}schema/api.graphql`, 'utf8'));
  const fields = Object.values(schema.getTypeMap())
    .filter((type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.keys((type as { getFields(): object }).getFields()).map((field) => `${type.name}.${field}`),
    );
  const sorted = [...carrying, ...telling];
  return {
    unknown: fields.filter((field) => !sorted.includes(field)),
    twice: sorted.filter((field, index) => sorted.indexOf(field) !== index),
    gone: sorted.filter((field) => !fields.includes(field)),
  };
}

/** Remembers which fields documents ask the practice service for. */
export class Asked {
  readonly #documents = new Set<string>();
  readonly #fields = new Set<string>();

  add(document: string): void {
    if (this.#documents.has(document)) return;
    this.#documents.add(document);
    const types = new TypeInfo(subgraph);
    visit(
      parse(document),
      visitWithTypeInfo(types, {
        Field: ({ name }) => {
          const parent = types.getParentType();
          if (!parent) return;
          this.#fields.add(`${parent.name}.${name.value}`);
          // What is asked of an interface is asked of all that implement it.
          if (isInterfaceType(parent))
            for (const { name: type } of subgraph.getPossibleTypes(parent)) this.#fields.add(`${type}.${name.value}`);
        },
      }),
    );
  }

  /** What can carry practice data and was never asked for. */
  missing(): string[] {
    return carrying.filter((field) => !this.#fields.has(field));
  }
}
