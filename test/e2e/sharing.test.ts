/** A redacted section from the submission to the grant, through the gateway: who asks is joined from membership, which
 *  decides what of them the owner is told. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { subscribe } from '../events.js';
import { type Hub, startHub } from '../hub.js';
import { completePractice, submitAs } from '../practices.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const read = `query ($id: ID!) { practice(id: $id) { title { text } narrative { context } redactions { section path marking reason canRequest } } }`;
const request = `id status reason role sections askedFor { ... on MemberState { name { text } } } person { id name email } grant { until endedAt }`;

test('a section is null and said to be redacted; the owner is asked, grants it to that person, and they are told', async () => {
  const { id } = await submitAs(hub, 'KEN', {
    marking: 'AMBER',
    audience: { presets: { ownBodies: true } },
    sectionMarkings: [{ section: 'NARRATIVE', marking: 'RED' }],
  });
  const hidden = { section: 'NARRATIVE', path: 'narrative', marking: 'RED', reason: 'MARKING', canRequest: true };
  expect(await hub.data('focal-point:UGA', read, { id })).toEqual({
    practice: { title: { text: completePractice.title }, narrative: null, redactions: [hidden] },
  });
  const events = subscribe(await hub.client('focal-point:UGA'), {});
  expect((await events.next()).type).toBe('CAUGHT_UP');

  const { requestAccess } = await hub.data(
    'focal-point:UGA',
    `mutation ($input: RequestAccessInput!) { requestAccess(input: $input) { request { id } userErrors { path code } } }`,
    { input: { practiceId: id, sections: ['NARRATIVE'], reason: 'To compare it with ours' } },
  );
  expect(requestAccess.userErrors).toEqual([]);

  const { practice } = await hub.data(
    'focal-point:KEN',
    `query ($id: ID!) { practice(id: $id) { accessRequests { nodes { ${request} } } } }`,
    { id },
  );
  const asked = practice.accessRequests.nodes[0];
  expect(practice.accessRequests.nodes).toEqual([
    {
      id: requestAccess.request.id,
      status: 'OPEN',
      reason: 'To compare it with ours',
      role: 'FOCAL_POINT',
      sections: ['NARRATIVE'],
      askedFor: { name: { text: 'Uganda' } },
      person: { id: expect.any(String), name: null, email: null }, // another State’s people have no name here
      grant: null,
    },
  ]);

  const until = new Date(Date.now() + 7 * 86_400_000).toISOString();
  const { grantAccess } = await hub.data(
    'focal-point:KEN',
    `mutation ($input: GrantAccessInput!) { grantAccess(input: $input) { request { status grant { until } } userErrors { path code } } }`,
    { input: { requestId: asked.id, until } },
  );
  expect(grantAccess).toEqual({ request: { status: 'GRANTED', grant: { until } }, userErrors: [] });
  expect(await events.next()).toMatchObject({ type: 'BECAME_VISIBLE', practiceId: id });
  expect((await hub.data('focal-point:UGA', read, { id })).practice).toMatchObject({
    narrative: { context: completePractice.narrative.context },
    redactions: [],
  });
  expect((await hub.data('officer:igad', read, { id })).practice).toMatchObject({
    narrative: null,
    redactions: [hidden],
  });
});
