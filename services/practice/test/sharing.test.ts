/** Sections with markings of their own, what is redacted, and audiences by preset. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { globalId, parseGlobalId } from '@hub/kit/ids';
import type { Viewer } from '@hub/kit/viewer';
import pg from 'pg';
import { viewerSettings } from '../src/practice/practice.visibility.js';
import { type Hub, anonymous, client, complete, draft, person, startHub, submitted } from './hub.js';

const kenya = person('FOCAL_POINT', 's:KEN');
const contributor = person('CONTRIBUTOR', 's:KEN');
const uganda = person('FOCAL_POINT', 's:UGA');
const ugandaContributor = person('CONTRIBUTOR', 's:UGA');
const curator = person('CURATOR');
const thailand = person('FOCAL_POINT', 's:THA');
const named = randomUUID();
const consent = { authority: 'Office of the President', scope: 'As asked', date: '2026-01-31' };
const amber = { marking: 'AMBER', audience: { regionalBodies: ['igad'] } };

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const update = async (viewer: Viewer, id: string, input: object) => {
  const { practice } = await hub.data(viewer, `query ($id: ID!) { practice(id: $id) { revision } }`, { id });
  const { updatePractice } = await hub.data(
    viewer,
    `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { practice { version marking sectionMarkings { section marking } } userErrors { path code } } }`,
    { input: { id, expectedRevision: practice.revision, ...input } },
  );
  return updatePractice;
};
const mark = (section: string, marking: string | null) => ({ sectionMarkings: [{ section, marking }] });

const whole = `query ($id: ID!) { practice(id: $id) {
  title { text } marking redactions { section path marking reason canRequest } sectionMarkings { section marking }
  summary { text } translations { locale title summary } ownership { contactRole } classification { resolutions }
  knowledgeProducts { slug } workshop { id } scope { level } narrative { context } evidence { maturity }
  learning { lessons } rights { rightsAffected } gender { marker } } }`;
const read = async (viewer: Viewer, id: string) => (await hub.data(viewer, whole, { id }))['practice'];
const redacted = async (viewer: Viewer, id: string) =>
  (await read(viewer, id))?.redactions.map(({ path, marking }: { path: string; marking: string }) => [path, marking]);

describe('a section with a marking of its own', () => {
  test('is null for whom it does not reach, and listed with what it takes; the header and the rest stay', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', { ...amber, ...mark('NARRATIVE', 'AMBER_STRICT') });
    const seen = await read(ugandaContributor, id);
    expect(seen).toMatchObject({ title: { text: complete.title }, marking: 'AMBER', narrative: null });
    expect(seen.redactions).toEqual([
      { section: 'NARRATIVE', path: 'narrative', marking: 'AMBER_STRICT', reason: 'MARKING', canRequest: true },
    ]);
    expect(seen.learning).toEqual({ lessons: complete.learning.lessons });
    expect(await read(uganda, id)).toMatchObject({
      narrative: { context: complete.narrative.context },
      redactions: [],
    });
    expect(await read(thailand, id)).toBeNull();
  });

  test('governs every field that draws on it, and the filter that asks after it', async () => {
    const sections = ['IDENTITY', 'OWNERSHIP', 'CLASSIFICATION', 'EVIDENCE'];
    const { knowledgeProducts } = await hub.data(anonymous, '{ knowledgeProducts { slug } }');
    const product = knowledgeProducts[0].slug;
    const workshop = (await hub.sql.query('select slug from workshop limit 1')).rows[0].slug;
    const { id } = await submitted(hub, kenya, 's:KEN', {
      ...amber,
      classification: { knowledgeProducts: [product] },
      ownership: { ...complete.ownership, submittedVia: workshop },
      translations: [{ locale: 'fr', title: 'Titre', summary: 'Résumé' }],
      sectionMarkings: sections.map((section) => ({ section, marking: 'RED' })),
    });
    const seen = await read(uganda, id);
    expect(seen).toMatchObject({
      summary: null,
      ownership: null,
      classification: null,
      knowledgeProducts: null,
      workshop: null,
      evidence: null,
    });
    expect(seen.translations).toEqual(
      expect.arrayContaining([{ locale: 'fr', title: 'Titre', summary: null }]), // titles are of the header
    );
    expect(seen.redactions.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'classification',
      'evidence',
      'ownership',
      'summary',
    ]);
    const matching = async (viewer: Viewer) =>
      (await hub.data(
        viewer,
        `{ practices(first: 100, filter: { maturity: [PROMISING] }) { nodes { id } } practiceStatistics(by: [TYPE], filter: { maturity: [PROMISING] }) { total } }`,
      )) as { practices: { nodes: { id: string }[] }; practiceStatistics: { total: number } };
    const owners = await matching(kenya);
    const others = await matching(uganda);
    expect(owners.practices.nodes).toContainEqual({ id });
    expect(others.practices.nodes).not.toContainEqual({ id });
    expect(others.practiceStatistics.total).toBe(others.practices.nodes.length);
    expect(await read(kenya, id)).toMatchObject({ knowledgeProducts: [{ slug: product }], redactions: [] });
  });

  test('at RED is for the persons the audience names, among those who see the practice', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', {
      marking: 'AMBER',
      audience: { regionalBodies: ['igad'], persons: [globalId('Person', named)] },
      ...mark('RIGHTS', 'RED'),
    });
    expect((await read(person('FOCAL_POINT', 's:UGA', named), id)).rights).not.toBeNull();
    expect((await read(uganda, id)).rights).toBeNull();
    expect(await read(person('FOCAL_POINT', 's:THA', named), id)).toBeNull();
  });

  test('that was never written is not told of', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', { ...amber, ...mark('GENDER', 'RED') });
    expect(await redacted(uganda, id)).toEqual([]);
  });

  test('may not be laxer than the practice, nor be said twice', async () => {
    const input = {
      owner: { memberState: 'KEN' },
      title: 'Two',
      marking: 'AMBER',
      sectionMarkings: [
        { section: 'RIGHTS', marking: 'GREEN' },
        { section: 'SCOPE', marking: 'RED' },
        { section: 'SCOPE', marking: 'AMBER' },
      ],
    };
    const faults = [
      { path: ['sectionMarkings', '0', 'marking'], code: 'INVALID' },
      { path: ['sectionMarkings', '2', 'section'], code: 'INVALID' },
    ];
    const { createPractice } = await hub.data(
      kenya,
      `mutation ($input: CreatePracticeInput!) { createPractice(input: $input) { practice { id } userErrors { path code } } }`,
      { input },
    );
    expect(createPractice).toEqual({ practice: null, userErrors: faults });
    const { id } = await submitted(hub, kenya, 's:KEN', amber);
    const { sectionMarkings } = input;
    expect((await update(kenya, id, { sectionMarkings })).userErrors).toEqual(faults);
    // As strict as the practice is allowed: it stays when the practice is loosened.
    expect((await update(kenya, id, mark('RIGHTS', 'AMBER'))).userErrors).toEqual([]);
    expect((await update(kenya, id, { marking: 'GREEN', consent })).userErrors).toEqual([]);
    expect(await redacted(thailand, id)).toEqual([['rights', 'AMBER']]);
  });

  test('holds beside the practice’s: tightened past it, the practice’s counts', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', { ...amber, ...mark('NARRATIVE', 'AMBER') });
    const igad = person('OFFICER', 'b:igad');
    await update(kenya, id, { marking: 'AMBER_STRICT' });
    expect(await read(ugandaContributor, id)).toBeNull();
    expect((await read(igad, id)).narrative).not.toBeNull();
    expect((await read(kenya, id)).sectionMarkings).toEqual([{ section: 'NARRATIVE', marking: 'AMBER' }]);
    expect(await redacted(curator, id)).toContainEqual(['narrative', 'AMBER_STRICT']);
  });

  test('changes at once for all versions and makes none; to loosen it takes consent, and who decides for the owner', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', amber);
    expect(await update(kenya, id, mark('NARRATIVE', 'RED'))).toEqual({
      userErrors: [],
      practice: { version: 1, marking: 'AMBER', sectionMarkings: [{ section: 'NARRATIVE', marking: 'RED' }] },
    });
    expect(await redacted(uganda, id)).toEqual([['narrative', 'RED']]);
    await update(kenya, id, { title: 'The next version' });
    expect(await redacted(uganda, id)).toEqual([['narrative', 'RED']]);
    expect((await update(kenya, id, mark('NARRATIVE', null))).userErrors).toEqual([
      { path: ['consent'], code: 'CONSENT_REQUIRED' },
    ]);
    expect((await update(contributor, id, mark('RIGHTS', 'RED'))).userErrors).toEqual([
      { path: ['sectionMarkings'], code: 'NOT_PERMITTED' },
    ]);
    expect((await update(kenya, id, { ...mark('NARRATIVE', null), consent })).userErrors).toEqual([]);
    expect(await redacted(uganda, id)).toEqual([]);
    const { practice } = await hub.data(
      kenya,
      `query ($id: ID!) { practice(id: $id) { consents { authority scope date expiry } } }`,
      { id },
    );
    expect(practice.consents).toEqual([{ ...consent, expiry: null }]);
  });

  test('is told to readers whose view of it changed, and to nobody else', async () => {
    const igad = person('OFFICER', 'b:igad');
    const events = async (viewer: Viewer, after?: string) => {
      const { practiceEvents } = await hub.data(
        viewer,
        `query ($after: Cursor) { practiceEvents(after: $after, first: 100) { cursor pageInfo { hasNextPage } nodes { type practiceId practice { narrative { context } } } } }`,
        { after },
      );
      expect(practiceEvents.pageInfo.hasNextPage).toBe(false);
      return practiceEvents as { cursor: string; nodes: { type: string; practiceId: string; practice: unknown }[] };
    };
    const { id } = await submitted(hub, kenya, 's:KEN', amber);
    const { cursor } = await events(igad);
    await update(kenya, id, mark('NARRATIVE', 'AMBER_STRICT'));
    expect((await events(ugandaContributor, cursor)).nodes).toEqual([
      { type: 'BECAME_VISIBLE', practiceId: id, practice: { narrative: null } },
    ]);
    expect((await events(igad, cursor)).nodes).toEqual([]); // an officer sees it as before
    expect((await events(curator, cursor)).nodes).toEqual([]); // sees headers alone
    const { cursor: later } = await events(igad);
    await update(kenya, id, { ...mark('NARRATIVE', null), consent });
    expect((await events(ugandaContributor, later)).nodes).toEqual([
      { type: 'BECAME_VISIBLE', practiceId: id, practice: { narrative: { context: complete.narrative.context } } },
    ]);
    await update(kenya, id, mark('GENDER', 'RED')); // never written: nothing of it changed for anybody
    expect((await events(ugandaContributor, (await events(igad)).cursor)).nodes).toEqual([]);

    // The practice's own marking, of sections that have none: curators go on to see the header.
    const green = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN' });
    const { cursor: open } = await events(curator);
    await update(kenya, green.id, amber);
    expect((await events(curator, open)).nodes).toEqual([
      { type: 'BECAME_VISIBLE', practiceId: green.id, practice: { narrative: null } },
    ]);
    expect((await events(igad, open)).nodes).toEqual([]);
  });
});

test('what is redacted is told by role: markings to readers, to curators that they see headers; owners and strangers nothing', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', { ...amber, ...mark('NARRATIVE', 'RED') });
  const reasons = async (viewer: Viewer) =>
    (await read(viewer, id))?.redactions.map((one: { path: string; reason: string; canRequest: boolean }) => [
      one.path,
      one.reason,
      one.canRequest,
    ]);
  expect(await reasons(uganda)).toEqual([['narrative', 'MARKING', true]]);
  expect(await reasons(client('s:UGA', 'AMBER'))).toEqual([['narrative', 'MARKING', false]]); // clients cannot ask
  const written = ['summary', 'ownership', 'scope', 'narrative', 'evidence', 'learning', 'rights'];
  expect((await reasons(curator)).toSorted()).toEqual(written.toSorted().map((path) => [path, 'HEADER_ONLY', true]));
  for (const owner of [kenya, contributor]) expect(await reasons(owner)).toEqual([]);
  expect(await reasons(thailand)).toBeUndefined();
});

test('section markings, consents and lapses are shown to the owner alone', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', { ...amber, ...mark('NARRATIVE', 'RED') });
  const own = `query ($id: ID!) { practice(id: $id) { audience { persons } sectionMarkings { marking } consents { authority } sharingLapses { at } } }`;
  expect((await hub.data(contributor, own, { id }))['practice']).toEqual({
    audience: { persons: [] },
    sectionMarkings: [{ marking: 'RED' }],
    consents: [],
    sharingLapses: [],
  });
  for (const other of [uganda, curator])
    expect((await hub.data(other, own, { id }))['practice']).toEqual({
      audience: null,
      sectionMarkings: null,
      consents: null,
      sharingLapses: null,
    });
});

test('a withdrawn practice is its header, and says nothing of its sections', async () => {
  const { id, revision } = await submitted(hub, kenya, 's:KEN', { ...amber, ...mark('NARRATIVE', 'RED') });
  await hub.data(
    kenya,
    `mutation ($input: WithdrawPracticeInput!) { withdrawPractice(input: $input) { userErrors { message } } }`,
    { input: { id, expectedRevision: revision } },
  );
  for (const viewer of [kenya, uganda, curator])
    expect(await read(viewer, id)).toMatchObject({ redactions: [], summary: null, narrative: null, learning: null });
});

describe('audiences by preset', () => {
  const audienceOf = async (id: string) =>
    (
      await hub.data(
        kenya,
        `query ($id: ID!) { practice(id: $id) { audience { memberStates { id } regionalBodies { id } } } }`,
        { id },
      )
    )['practice'].audience as Record<'memberStates' | 'regionalBodies', { id: string }[]>;
  const keys = (list: { id: string }[]) => list.map(({ id }) => parseGlobalId(id)!.key).toSorted();

  test('"the bodies my State is in" and "States of region 035" become the names they stand for', async () => {
    const { id } = await draft(hub, kenya, 's:KEN', {
      marking: 'AMBER',
      audience: { memberStates: ['UGA'], presets: { ownBodies: true, statesOfRegions: ['035'] } },
    });
    const { memberStates, regionalBodies } = await audienceOf(id);
    expect(keys(regionalBodies)).toEqual(['au', 'eapcco', 'igad']);
    const southEastAsia = 'BRN IDN KHM LAO MMR MYS PHL SGP THA TLS VNM'.split(' ');
    expect(keys(memberStates)).toEqual([...southEastAsia, 'UGA'].toSorted());
  });

  test('a region that is none is a fault with its path, and a preset that names nobody states no audience', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN' });
    const set = (presets: object) => update(kenya, id, { marking: 'AMBER', audience: { presets } });
    expect((await set({ statesOfRegions: ['035', '999'] })).userErrors).toEqual([
      { path: ['audience', 'presets', 'statesOfRegions', '1'], code: 'UNKNOWN' },
    ]);
    expect((await set({ ownBodies: false })).userErrors).toEqual([{ path: ['audience'], code: 'REQUIRED' }]);
  });

  test('an audience is who was meant when it was set: naming the same again is no change', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', {
      marking: 'AMBER',
      audience: { presets: { ownBodies: true } },
    });
    const joined: Viewer = {
      ...kenya,
      roles: [{ ...kenya.roles[0]!, groups: [...kenya.roles[0]!.groups, 'b:ecowas'] }],
    };
    expect((await update(kenya, id, { audience: { presets: { ownBodies: true } } })).userErrors).toEqual([]);
    expect((await update(joined, id, { audience: { presets: { ownBodies: true } } })).userErrors).toEqual([
      { path: ['consent'], code: 'CONSENT_REQUIRED' },
    ]);
    expect(keys((await audienceOf(id)).regionalBodies)).toEqual(['au', 'eapcco', 'igad']);
  });
});

test('the curators’ own fields are read by curators alone, and written by nobody', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN' });
  const { key } = parseGlobalId(id)!;
  await hub.sql.query(`insert into practice_curation (practice_key, note) values ($1, 'Compared with the report')`, [
    key,
  ]);
  const connection = new pg.Client({ connectionString: hub.database.url });
  await connection.connect();
  const as = async (viewer: Viewer | null, sql: string) => {
    await connection.query('begin');
    try {
      for (const [name, value] of Object.entries(viewer ? viewerSettings(viewer) : {}))
        await connection.query('select set_config($1, $2, true)', [name, value]);
      return (await connection.query(sql, [key])).rowCount;
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await connection.query('rollback');
    }
  };
  try {
    const read = 'select from practice_curation where practice_key = $1';
    expect(await as(curator, read)).toBe(1);
    for (const viewer of [
      kenya,
      contributor,
      uganda,
      thailand,
      person('AUDITOR'),
      client('s:KEN', 'AMBER'),
      anonymous,
      null,
    ])
      expect(await as(viewer, read)).toBe(0);
    expect(await as(curator, `update practice_curation set note = 'x' where practice_key = $1`)).toBe('42501');
    expect(await as(curator, `insert into practice_curation (practice_key) values ($1)`)).toBe('42501');
  } finally {
    await connection.end();
  }
});
