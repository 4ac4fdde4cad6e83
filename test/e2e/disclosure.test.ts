/** What an owner learns of their sharing, over all services: before it, whom it would reach; after it, why; and what
 *  everybody's search finds of it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Hub, type Json, startHub } from '../hub.js';
import { completePractice, submitAs } from '../practices.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const word = 'quokkasanctuary';
const sharing = {
  marking: 'AMBER',
  audience: { memberStates: ['NGA'], regionalBodies: ['igad'] },
  sectionMarkings: [{ section: 'NARRATIVE', marking: 'AMBER_STRICT' }],
};
const roles = [
  'focal-point:KEN',
  'focal-point:NGA',
  'focal-point:UGA',
  'focal-point:THA',
  'officer:igad',
  'reviewer:NGA',
];
const personOf = async (role: string): Promise<string> =>
  (await hub.data(role, '{ viewer { person { id } } }')).viewer.person.id;

test('an audience is foretold in numbers, explained by person, and searched accordingly', async () => {
  const { previewAudience } = await hub.data(
    'focal-point:KEN',
    `query ($input: PreviewAudienceInput!) { previewAudience(input: $input) {
       curatorsSeeHeader totalByRole { role persons }
       groups { of { ... on MemberState { iso3 name { text } } ... on RegionalBody { acronym } } isOwner roles { role persons hiddenSections } clients { ceiling clients } } } }`,
    { input: { owner: { memberState: 'KEN' }, ...sharing } },
  );
  const group = (name: string) => previewAudience.groups.find(({ of }: Json) => (of.iso3 ?? of.acronym) === name);
  expect(group('NGA').roles).toContainEqual({ role: 'FOCAL_POINT', persons: 1, hiddenSections: [] });
  expect(group('NGA').roles).toContainEqual({ role: 'REVIEWER', persons: 1, hiddenSections: ['NARRATIVE'] });
  expect(group('NGA').clients).toContainEqual({ ceiling: 'AMBER', clients: 1 });
  expect(group('IGAD').roles).toContainEqual({ role: 'OFFICER', persons: 1, hiddenSections: [] });
  expect(group('UGA').roles).toContainEqual({ role: 'FOCAL_POINT', persons: 1, hiddenSections: [] });
  expect([group('THA'), group('KEN').isOwner, previewAudience.curatorsSeeHeader]).toEqual([undefined, true, true]);

  const { id } = await submitAs(hub, 'KEN', {
    ...sharing,
    narrative: { ...completePractice.narrative, context: `About the ${word}.` },
  });
  const explained: Record<string, [string, string]> = {};
  const found: string[] = [];
  for (const role of roles) {
    const { explainVisibility } = await hub.data(
      'focal-point:KEN',
      'query ($practice: ID!, $person: ID!) { explainVisibility(practice: $practice, person: $person) { rule sections { section rule } } }',
      { practice: id, person: await personOf(role) },
    );
    const narrative = explainVisibility.sections.find(({ section }: Json) => section === 'NARRATIVE');
    explained[role] = [explainVisibility.rule, narrative.rule];
    const { practices } = await hub.data(
      role,
      `{ practices(search: "${word}") { nodes { id owner { ... on MemberState { name { text } } } } } }`,
    );
    if (practices.nodes.length > 0) found.push(role);
  }
  expect(explained).toEqual({
    'focal-point:KEN': ['OWNER', 'OWNER'],
    'focal-point:NGA': ['AUDIENCE_STATE', 'AUDIENCE_STATE'],
    'focal-point:UGA': ['AUDIENCE_BODY', 'AUDIENCE_BODY'],
    'focal-point:THA': ['NOT_IN_AUDIENCE', 'NOT_IN_AUDIENCE'],
    'officer:igad': ['AUDIENCE_BODY', 'AUDIENCE_BODY'],
    'reviewer:NGA': ['AUDIENCE_STATE', 'ROLE_TOO_LOW'],
  });
  expect(found).toEqual(['focal-point:KEN', 'focal-point:NGA', 'focal-point:UGA', 'officer:igad']);
});
