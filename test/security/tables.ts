/**
 * Every table of the three databases, sorted by hand: what stands in it, and whom the run-time role may show a row of
 * it. A table that is not here fails the test: whoever makes one decides.
 */
import type { Known } from './known.js';
import { type Asking, currentRoles, shown } from './oracle.js';
import type { Practice, World } from './world.js';

export type Database = 'practice' | 'membership' | 'region';
type Row = Record<string, unknown>;

/** Everybody’s: vocabularies, and what States and bodies say of themselves in public. */
export const publicTables: Record<Database, string[]> = {
  practice: ['theme', 'knowledge_product', 'area', 'state', 'body', 'workshop', 'membership', 'membership_progress'],
  membership: ['area', 'membership', 'regional_body', 'state', 'state_area'],
  region: ['region', 'regional_body', 'state_area', 'workshop'],
};

/** Not one column for the run-time role: read by definers’ functions alone, or by nobody but migrations. */
export const closedTables: Record<Database, string[]> = {
  practice: ['access_queue', 'event', 'migration', 'practice_document', 'rules_in_force'],
  membership: ['identity', 'membership_event', 'migration', 'rules_in_force', 'sign_out'],
  region: ['migration'],
};

/** How far a log has come: a number and nothing of what is in it. Readers wait by it before anybody asks. */
export const positions: Record<Database, string[]> = {
  practice: ['event_head'],
  membership: ['membership_event_head'],
  region: [],
};

/** Whether the viewer may be shown a row, by the domain. */
export type May = (asking: Asking, row: Row, known: Known) => boolean;

const practiceOf = ({ practices }: World, key: unknown): Practice | undefined =>
  practices.find((practice) => practice.key === key);
const versionOf = (world: World, key: unknown) =>
  world.practices
    .flatMap((practice) => practice.versions.map((version) => ({ practice, version })))
    .find(({ version }) => version.key === key);
const sees = (asking: Asking, key: unknown) => {
  const practice = practiceOf(asking.world, key);
  return practice ? shown(asking, practice) : null;
};
const roles = ({ viewer, world }: Asking) => currentRoles(viewer, world.now);
const has = (asking: Asking, role: string) => roles(asking).some((held) => held.role === role);
const isMe = ({ viewer }: Asking, key: unknown) => viewer.kind !== 'anonymous' && viewer.key === key;
const speaksFor = (asking: Asking, practice: Practice | undefined) =>
  roles(asking).some(({ role, of }) => of === practice?.owner && /FOCAL_POINT|ALTERNATE|OFFICER/.test(role));

/** Rows that are not for everybody: a policy each, and here what the domain says of them. */
export const guardedTables: Record<Database, Record<string, May>> = {
  practice: {
    practice: (asking, { key }) => sees(asking, key) !== null,
    practice_version: (asking, { key }) => {
      const { practice, version } = versionOf(asking.world, key)!;
      const sight = shown(asking, practice);
      return sight !== null && version.number <= sight.version.number;
    },
    practice_section: (asking, { version_key: key, name }) => {
      const { practice, version } = versionOf(asking.world, key)!;
      const sight = shown(asking, { ...practice, versions: [version] });
      return sight?.sections.has(name as never) ?? false;
    },
    practice_curation: (asking) => has(asking, 'CURATOR'),
    review_assignment: (asking, { person_key: key }) => isMe(asking, key),
    idempotency_key: ({ viewer }, { viewer: whose }) =>
      viewer.kind !== 'anonymous' && whose === `${viewer.kind}:${viewer.key}`,
    consent_record: (asking, { practice_key: key }) => sees(asking, key)?.has.has('owner') ?? false,
    access_request: (asking, { practice_key: key, person_key: person }) =>
      isMe(asking, person) || speaksFor(asking, practiceOf(asking.world, key)),
    access_grant: (asking, { practice_key: key, person_key: person }) =>
      isMe(asking, person) || speaksFor(asking, practiceOf(asking.world, key)),
    access_log: (asking) => has(asking, 'AUDITOR'),
    access_log_head: (asking) => has(asking, 'AUDITOR'),
  },
  membership: {
    // Of a person others see role and State or body; that they are there, and since when, with it.
    person: (asking) => isSignedIn(asking),
    person_role: (asking) => isSignedIn(asking),
    person_contact: (asking, { person_key: key }) =>
      isMe(asking, key) || has(asking, 'CURATOR') || isColleague(asking, key),
    api_client: (asking, { key, owner }) =>
      isMe(asking, key) || has(asking, 'CURATOR') || roles(asking).some(({ of }) => of === owner),
    api_key: (asking, { client_key: key }) => {
      const client = asking.world.clients.find((one) => one.key === key);
      return isMe(asking, key) || has(asking, 'CURATOR') || roles(asking).some(({ of }) => of === client?.owner);
    },
    invitation: (asking, { of }) => has(asking, 'CURATOR') || roles(asking).some((held) => held.of === of),
  },
  region: {},
};

const isSignedIn = ({ viewer }: Asking) => viewer.kind !== 'anonymous';
/** Of the same State or body, both today. */
const isColleague = (asking: Asking, key: unknown): boolean => {
  const other = asking.world.persons.find((person) => person.key === key);
  const theirs = other ? currentRoles(other, asking.world.now).map(({ of }) => of) : [];
  return roles(asking).some(({ of }) => of !== null && theirs.includes(of));
};
