/** Writing practices: drafts, submissions, withdrawals, and what a form is told. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { randomUUID } from 'node:crypto';
import type { Viewer } from '@hub/kit/viewer';
import pg from 'pg';
import { viewerSettings } from '../src/practice/practice.visibility.js';
import { type Hub, anonymous, client, complete, draft, person, startHub, submitted } from './hub.js';

const focalPoint = person('FOCAL_POINT', 's:KEN');
const contributor = person('CONTRIBUTOR', 's:KEN');
const neighbour = person('FOCAL_POINT', 's:UGA');
const officer = person('OFFICER', 'b:igad');
const outsider = person('FOCAL_POINT', 's:THA');
const audience = { regionalBodies: ['igad'] };

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const fields = `practice { id revision version state title { text } viewerCan { update { allowed reason } submit { allowed reason } withdraw { allowed } discard { allowed } setAudience { allowed } } } userErrors { path code message }`;
const mutate = {
  create: `mutation ($input: CreatePracticeInput!) { createPractice(input: $input) { ${fields} } }`,
  update: `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { ${fields} } }`,
  submit: `mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { ${fields} } }`,
  withdraw: `mutation ($input: WithdrawPracticeInput!) { withdrawPractice(input: $input) { ${fields} } }`,
  discard: `mutation ($input: DiscardPracticeInput!) { discardPractice(input: $input) { discardedId ${fields} } }`,
};
type Verb = keyof typeof mutate;
const write = async (verb: Verb, viewer: Viewer, input: object) =>
  (await hub.data(viewer, mutate[verb], { input }))[`${verb}Practice`];
const codeOf = async (verb: Verb, viewer: Viewer, input: object) =>
  (await hub.ask(viewer, mutate[verb], { input })).errors?.[0]?.extensions;
const paths = (payload: { userErrors: { path: string[] }[] }) =>
  payload.userErrors.map(({ path }) => path.join('.')).sort();

test('a draft needs a title; the rest can wait, and nothing written is lost', async () => {
  const { practice, userErrors } = await write('create', focalPoint, {
    owner: { memberState: 'KEN' },
    title: ' A first idea ',
  });
  expect(userErrors).toEqual([]);
  expect(practice).toMatchObject({ revision: 1, version: 1, state: 'DRAFT', title: { text: 'A first idea' } });
  const updated = await write('update', focalPoint, {
    id: practice.id,
    expectedRevision: 1,
    narrative: { context: 'Why' },
  });
  expect(updated).toMatchObject({ userErrors: [], practice: { revision: 2 } });
  await write('update', focalPoint, {
    id: practice.id,
    expectedRevision: 2,
    narrative: { objectives: 'What for' },
    summary: 'Short',
  });
  const { practice: read } = await hub.data(
    focalPoint,
    `query ($id: ID!) { practice(id: $id) { narrative { context objectives } summary { text } } }`,
    { id: practice.id },
  );
  expect(read).toEqual({ narrative: { context: 'Why', objectives: 'What for' }, summary: { text: 'Short' } });
});

test('submitting an incomplete draft names every missing field at once, by its path', async () => {
  const { practice } = await write('create', focalPoint, {
    owner: { memberState: 'KEN' },
    title: 'Bare',
    marking: 'AMBER',
  });
  const answer = await write('submit', focalPoint, { id: practice.id, expectedRevision: 1 });
  expect(paths(answer)).toEqual(
    [
      'summary pillars themes type regions ownership.leadInstitution ownership.contactRole scope.level scope.periodStart',
      'narrative.context narrative.objectives narrative.actors narrative.methodology narrative.resourcesNeeded narrative.legalBasis',
      'evidence.maturity learning.successFactors learning.constraints learning.lessons learning.replicability learning.sustainability',
      'rights.rightsAffected audience',
    ]
      .join(' ')
      .split(' ')
      .sort(),
  );
  expect(answer.practice).toMatchObject({ state: 'DRAFT', revision: 1 });
});

test('a form is told everything that is wrong with it', async () => {
  const answer = await write('create', focalPoint, {
    owner: { memberState: 'TZA' },
    title: 'x'.repeat(151),
    summary: 'word '.repeat(251),
    themes: ['legal-frameworks', 'astrology'],
    regions: ['999'],
    scope: { memberStates: ['XXX'], periodStart: '2024-01-01', periodEnd: '2023-01-01' },
    ownership: { submittedVia: 'nowhere', leadInstitution: 'a\u0000b' },
    evidence: { items: [{ title: 'A', url: 'javascript:alert(1)' }] },
    gender: { marker: 4 },
    translations: [{ locale: 'en', title: 'y'.repeat(151) }],
    audience: { memberStates: ['QQQ'], regionalBodies: ['utopia'] },
  });
  expect(answer.practice).toBeNull();
  expect(paths(answer)).toEqual(
    [
      'owner.memberState title summary themes.1 regions.0 scope.memberStates.0 scope.periodEnd ownership.submittedVia',
      'ownership.leadInstitution evidence.items.0.url gender.marker translations.0.title translations.0.locale',
      'audience.memberStates.0 audience.regionalBodies.0',
    ]
      .join(' ')
      .split(' ')
      .sort(),
  );
});

test('a title may have 150 characters, not 151, whatever the script', async () => {
  const owner = { memberState: 'KEN' };
  expect((await write('create', focalPoint, { owner, title: '実'.repeat(150) })).userErrors).toEqual([]);
  expect(paths(await write('create', focalPoint, { owner, title: '𝔘'.repeat(151) }))).toEqual(['title']);
  expect((await write('create', focalPoint, { owner, title: '𝔘'.repeat(150) })).userErrors).toEqual([]);
});

test('whose practice it is must be said once, and be one’s own', async () => {
  const title = 'Whose';
  expect(paths(await write('create', focalPoint, { title, owner: {} }))).toEqual(['owner']);
  expect(
    paths(await write('create', focalPoint, { title, owner: { memberState: 'KEN', regionalBody: 'igad' } })),
  ).toEqual(['owner']);
  expect(paths(await write('create', focalPoint, { title, owner: { regionalBody: 'igad' } }))).toEqual([
    'owner.regionalBody',
  ]);
  expect((await write('create', officer, { title, owner: { regionalBody: 'igad' } })).userErrors).toEqual([]);
});

test('a lost update is a CONFLICT with the newest practice; of two at once one wins', async () => {
  const { id } = await draft(hub, focalPoint, 's:KEN');
  const both = await Promise.all(
    ['One', 'Other'].map((title) => write('update', focalPoint, { id, expectedRevision: 1, title })),
  );
  const [won, lost] = both[0].userErrors.length === 0 ? both : both.toReversed();
  expect(won).toMatchObject({ userErrors: [], practice: { revision: 2 } });
  expect(lost.userErrors).toEqual([{ path: ['expectedRevision'], code: 'CONFLICT', message: expect.any(String) }]);
  expect(lost.practice).toMatchObject({ revision: 2, title: won.practice.title });
});

test('the same idempotency key makes one practice, also when sent at the same time; with other input it is a CONFLICT', async () => {
  const input = { owner: { memberState: 'KEN' }, title: 'Once', idempotencyKey: randomUUID() };
  const answers = await Promise.all(Array.from({ length: 5 }, () => write('create', focalPoint, input)));
  const again = await write('create', focalPoint, {
    title: input.title,
    idempotencyKey: input.idempotencyKey,
    owner: input.owner,
  });
  expect(new Set([...answers, again].map(({ practice }) => practice.id)).size).toBe(1);
  expect(await codeOf('create', focalPoint, { ...input, title: 'Twice' })).toMatchObject({ code: 'CONFLICT' });
  const other = await write('create', neighbour, { ...input, owner: { memberState: 'UGA' } });
  expect(other.practice.id).not.toBe(again.practice.id);
});

describe('who may do what', () => {
  test('a contributor drafts and edits, and neither submits nor sets the audience', async () => {
    const { id } = await draft(hub, contributor, 's:KEN');
    const { practice } = await write('update', contributor, { id, expectedRevision: 1, title: 'Edited' });
    expect(practice.viewerCan).toMatchObject({
      update: { allowed: true, reason: null },
      submit: { allowed: false, reason: expect.any(String) },
      discard: { allowed: true },
    });
    expect(paths(await write('update', contributor, { id, expectedRevision: 2, audience }))).toEqual(['audience']);
    expect(await codeOf('submit', contributor, { id, expectedRevision: 2, audience })).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('hidden is NOT_FOUND like absent, visible is FORBIDDEN, anonymous UNAUTHENTICATED, a client FORBIDDEN', async () => {
    const { id, revision } = await submitted(hub, focalPoint, 's:KEN', { marking: 'AMBER', audience });
    const absent = globalId('Practice', randomUUID());
    for (const verb of ['update', 'submit', 'withdraw', 'discard'] as const) {
      const target = { id, expectedRevision: revision };
      const hidden = await hub.ask(outsider, mutate[verb], { input: target });
      const missing = await hub.ask(outsider, mutate[verb], { input: { ...target, id: absent } });
      expect(hidden.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
      expect(missing.errors?.[0]?.toJSON()).toEqual(hidden.errors?.[0]?.toJSON());
      expect(await codeOf(verb, neighbour, target)).toMatchObject({ code: 'FORBIDDEN' });
      expect(await codeOf(verb, anonymous, target)).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await codeOf(verb, client('s:KEN', 'AMBER'), target)).toMatchObject({ code: 'FORBIDDEN' });
      expect(await codeOf(verb, focalPoint, { ...target, id: 'nonsense' })).toEqual({
        code: 'BAD_USER_INPUT',
        path: ['input', 'id'],
      });
    }
  });

  test('the database itself refuses what a resolver might forget', async () => {
    const app = new pg.Client({ connectionString: hub.database.url });
    await app.connect();
    const keyOf = (id: string) => Buffer.from(id, 'base64url').toString().slice('Practice:'.length);
    const refuses = async (viewer: Viewer, statement: string, key: string) => {
      await app.query('begin');
      for (const [name, value] of Object.entries(viewerSettings(viewer)))
        await app.query('select set_config($1, $2, true)', [name, value]);
      const refused = await app.query(statement, [key]).then(
        ({ rowCount }) => (rowCount === 0 ? 'no row' : 'done'),
        ({ code }: { code: string }) => code,
      );
      await app.query('rollback');
      expect([statement, refused]).toEqual([statement, expect.stringMatching(/^(42501|no row)$/)]);
    };
    try {
      const drafted = keyOf((await draft(hub, contributor, 's:KEN', { marking: 'AMBER' })).id);
      const sent = keyOf((await submitted(hub, focalPoint, 's:KEN', { marking: 'AMBER', audience })).id);
      const { rows } = await hub.sql.query(`select key from practice_version where practice_key = $1`, [sent]);
      for (const [viewer, statement, key] of [
        [
          contributor,
          `update practice_version set state = 'SUBMITTED', submitted_at = now() where practice_key = $1`,
          drafted,
        ],
        [contributor, `update practice_version set state = 'SUBMITTED' where practice_key = $1`, drafted],
        [contributor, `update practice set stage = 'SUBMITTED' where key = $1`, drafted],
        [contributor, `update practice set audience = '{s:THA}' where key = $1`, drafted],
        [contributor, `update practice set marking = 'CLEAR' where key = $1`, sent],
        [contributor, `update practice set withdrawn_at = now() where key = $1`, sent],
        [contributor, `update practice_version set title = '{}' where practice_key = $1`, sent],
        [focalPoint, `update practice set owner = 's:UGA' where key = $1`, sent],
        [focalPoint, `update practice set origin = 'PUBLIC_SOURCE' where key = $1`, drafted],
        [focalPoint, `update practice set stage = 'PUBLISHED' where key = $1`, sent],
        [focalPoint, `update practice set stage = 'DRAFT' where key = $1`, sent],
        [focalPoint, `update practice_version set published_at = now() where practice_key = $1`, sent],
        [focalPoint, `update practice_version set state = 'PUBLISHED' where practice_key = $1`, sent],
        [focalPoint, `update practice_version set state = 'VALIDATED' where practice_key = $1`, sent],
        [focalPoint, `delete from practice where key = $1`, sent],
        [focalPoint, `delete from practice_section where version_key = $1`, rows[0].key],
        [focalPoint, `update practice_section set content = '{}' where version_key = $1`, rows[0].key],
        [contributor, `update practice_version set state = 'DRAFT', submitted_at = null where practice_key = $1`, sent],
        [focalPoint, `update practice_version set title = '{}' where practice_key = $1`, sent],
        [focalPoint, `update practice_version set submitted_by = gen_random_uuid() where practice_key = $1`, sent],
        [focalPoint, `update practice set slug = 'other' where key = $1`, sent],
        [
          contributor,
          `insert into event (id, type, at, practice_key, owner) values (gen_random_uuid(), 'SUBMITTED', now(), $1, 's:KEN')`,
          drafted,
        ],
        [
          focalPoint,
          `insert into event (id, type, at, practice_key, owner) values (gen_random_uuid(), 'PUBLISHED', now(), $1, 's:KEN')`,
          sent,
        ],
        [
          focalPoint,
          `insert into event (id, type, at, practice_key, owner) values (gen_random_uuid(), 'WITHDRAWN', now(), $1, 's:THA')`,
          sent,
        ],
        [neighbour, `update practice set marking = 'CLEAR' where key = $1`, sent],
        [neighbour, `delete from practice where key = $1`, drafted],
        [
          neighbour,
          `insert into event (id, type, at, practice_key) values (gen_random_uuid(), 'WITHDRAWN', now(), $1)`,
          sent,
        ],
        [
          focalPoint,
          `insert into event (id, type, at, state, body) values ($1, 'MEMBERSHIP_CHANGED', now(), 'KEN', 'asean')`,
          drafted,
        ],
        [focalPoint, `update event_head set last = last where $1 <> ''`, sent],
      ] as [Viewer, string, string][])
        await refuses(viewer, statement, key);
    } finally {
      await app.end();
    }
  });
});

describe('from draft to tombstone', () => {
  test('submitting makes it known to the audience; an edit drafts the next version, its submission is a revision', async () => {
    const { id, revision } = await draft(hub, focalPoint, 's:KEN', { marking: 'AMBER' });
    expect(await hub.data(officer, 'query ($id: ID!) { practice(id: $id) { id } }', { id })).toEqual({
      practice: null,
    });
    const sent = await write('submit', focalPoint, { id, expectedRevision: revision, audience });
    expect(sent).toMatchObject({
      userErrors: [],
      practice: {
        state: 'SUBMITTED',
        version: 1,
        viewerCan: { discard: { allowed: false }, withdraw: { allowed: true } },
      },
    });
    const seen = () =>
      hub.data(officer, 'query ($id: ID!) { practice(id: $id) { version revision title { text } } }', { id });
    const before = await seen();
    const next = await write('update', focalPoint, {
      id,
      expectedRevision: sent.practice.revision,
      title: 'Second edition',
    });
    expect(next.practice).toMatchObject({ version: 2, state: 'DRAFT' });
    expect(await seen()).toEqual(before);
    const revised = await write('submit', focalPoint, { id, expectedRevision: next.practice.revision });
    expect(revised).toMatchObject({ userErrors: [], practice: { version: 2, state: 'SUBMITTED' } });
    expect(await seen()).toMatchObject({ practice: { version: 2, title: { text: 'Second edition' } } });
  });

  test('the audience is shown to its owner, and to nobody else', async () => {
    const { id } = await submitted(hub, focalPoint, 's:KEN', {
      marking: 'AMBER',
      audience: { ...audience, memberStates: ['NGA'] },
    });
    const read = async (viewer: Viewer) =>
      (
        await hub.data(
          viewer,
          'query ($id: ID!) { practice(id: $id) { audience { memberStates { id } regionalBodies { id } persons } } }',
          { id },
        )
      )['practice'];
    const shown = {
      memberStates: [{ id: globalId('MemberState', 'NGA') }],
      regionalBodies: [{ id: globalId('RegionalBody', 'igad') }],
      persons: [],
    };
    expect(await read(contributor)).toEqual({ audience: shown });
    expect(await read(officer)).toEqual({ audience: null });
    expect(await read(person('CURATOR'))).toEqual({ audience: null });
  });

  test('tightening is immediate, loosening needs consent', async () => {
    const { id, revision } = await submitted(hub, focalPoint, 's:KEN', { marking: 'AMBER', audience });
    const tightened = await write('update', focalPoint, { id, expectedRevision: revision, marking: 'RED' });
    expect(tightened).toMatchObject({ userErrors: [], practice: { version: 1, state: 'SUBMITTED' } });
    expect(await hub.data(officer, 'query ($id: ID!) { practice(id: $id) { id } }', { id })).toEqual({
      practice: null,
    });
    const loosen = { id, expectedRevision: tightened.practice.revision, marking: 'GREEN' };
    expect((await write('update', focalPoint, loosen)).userErrors).toMatchObject([
      { path: ['consent'], code: 'CONSENT_REQUIRED' },
    ]);
    const consent = { authority: 'Office of the President', scope: 'All vetted viewers', date: '2026-01-31' };
    expect((await write('update', focalPoint, { ...loosen, consent })).userErrors).toEqual([]);
    expect((await hub.data(outsider, 'query ($id: ID!) { practice(id: $id) { id } }', { id }))['practice']).toEqual({
      id,
    });
  });

  test('adding a body to the audience of what was submitted is loosening, leaving one out is not', async () => {
    const { id, revision } = await submitted(hub, focalPoint, 's:KEN', {
      marking: 'AMBER',
      audience: { regionalBodies: ['igad', 'au'] },
    });
    const wider = await write('update', focalPoint, {
      id,
      expectedRevision: revision,
      audience: { regionalBodies: ['igad', 'au', 'asean'] },
    });
    expect(wider.userErrors).toMatchObject([{ path: ['consent'], code: 'CONSENT_REQUIRED' }]);
    expect((await write('update', focalPoint, { id, expectedRevision: revision, audience })).userErrors).toEqual([]);
  });

  test('discarding removes a draft for good; what was submitted can only be withdrawn, once', async () => {
    const { id } = await draft(hub, focalPoint, 's:KEN');
    expect(await write('discard', focalPoint, { id, expectedRevision: 1 })).toMatchObject({
      discardedId: id,
      practice: null,
      userErrors: [],
    });
    expect(await codeOf('discard', focalPoint, { id, expectedRevision: 1 })).toMatchObject({ code: 'NOT_FOUND' });
    const sent = await submitted(hub, focalPoint, 's:KEN', { marking: 'AMBER', audience });
    const target = { id: sent.id, expectedRevision: sent.revision };
    expect(await codeOf('discard', focalPoint, target)).toMatchObject({ code: 'FORBIDDEN' });
    const gone = await write('withdraw', focalPoint, target);
    expect(gone.practice).toMatchObject({ state: 'WITHDRAWN' });
    expect(await codeOf('withdraw', focalPoint, { ...target, expectedRevision: gone.practice.revision })).toMatchObject(
      { code: 'FORBIDDEN' },
    );
    expect(
      await codeOf('update', focalPoint, { ...target, expectedRevision: gone.practice.revision, title: 'x' }),
    ).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('what a review found', () => {
  const read = async (
    viewer: Viewer,
    id: string,
    wanted = 'slug revision title { text } summary { text } narrative { context }',
  ) => (await hub.data(viewer, `query ($id: ID!) { practice(id: $id) { ${wanted} } }`, { id }))['practice'];
  const consent = { authority: 'Office of the President', scope: 'All vetted viewers', date: '2026-01-31' };

  test('the marking set at submission, or loosened later, is the content’s too', async () => {
    const { id, revision } = await draft(hub, focalPoint, 's:KEN');
    expect(
      (await write('submit', focalPoint, { id, expectedRevision: revision, marking: 'GREEN' })).userErrors,
    ).toEqual([]);
    expect(await read(outsider, id)).toMatchObject({
      summary: { text: complete.summary },
      narrative: { context: complete.narrative.context },
    });
    const strict = await submitted(hub, focalPoint, 's:KEN', { marking: 'AMBER_STRICT', audience });
    await write('update', focalPoint, { id: strict.id, expectedRevision: strict.revision, marking: 'GREEN', consent });
    expect(await read(outsider, strict.id)).toMatchObject({ narrative: { context: complete.narrative.context } });
  });

  test('the slug is made of the title that is submitted, and stays', async () => {
    const { id } = await draft(hub, focalPoint, 's:KEN', { title: 'Covert source', marking: 'GREEN' });
    const { practice } = await write('update', focalPoint, { id, expectedRevision: 1, title: 'Evidence desk' });
    const sent = await write('submit', focalPoint, { id, expectedRevision: practice.revision });
    const { slug } = await read(outsider, id);
    expect(slug).toMatch(/^evidence-desk-[0-9a-f]{8}$/);
    const next = await write('update', focalPoint, { id, expectedRevision: sent.practice.revision, title: 'Another' });
    await write('submit', focalPoint, { id, expectedRevision: next.practice.revision });
    expect((await read(outsider, id)).slug).toBe(slug);
  });

  test('naming somebody at AMBER is no way around the consent that RED asks for', async () => {
    const { id, revision } = await submitted(hub, focalPoint, 's:KEN', { marking: 'AMBER', audience });
    const persons = [globalId('Person', outsider.key!)];
    const added = await write('update', focalPoint, {
      id,
      expectedRevision: revision,
      audience: { ...audience, persons },
    });
    expect(added.userErrors).toEqual([]); // at AMBER a person counts as nobody
    const red = await write('update', focalPoint, { id, expectedRevision: added.practice.revision, marking: 'RED' });
    expect(red.userErrors).toMatchObject([{ code: 'CONSENT_REQUIRED' }]);
  });

  test('a consent record names who agreed to what, and holds today; a contributor gives none', async () => {
    const { id, revision } = await submitted(hub, focalPoint, 's:KEN', { marking: 'AMBER', audience });
    const wrong = { authority: '', scope: ' ', date: '2999-01-01', expiry: '1999-01-01' };
    const answer = await write('update', focalPoint, {
      id,
      expectedRevision: revision,
      marking: 'GREEN',
      consent: wrong,
    });
    expect(paths(answer)).toEqual(['consent.authority', 'consent.date', 'consent.expiry', 'consent.scope']);
    expect(paths(await write('update', contributor, { id, expectedRevision: revision, consent }))).toEqual(['consent']);
    const drafted = await draft(hub, contributor, 's:KEN');
    expect(paths(await write('update', contributor, { id: drafted.id, expectedRevision: 1, consent }))).toEqual([
      'consent',
    ]);
  });

  test('an update that says nothing changes nothing, whoever sends it', async () => {
    const { id, revision } = await submitted(hub, focalPoint, 's:KEN', { marking: 'GREEN' });
    for (const viewer of [focalPoint, contributor])
      expect(await write('update', viewer, { id, expectedRevision: revision, marking: 'GREEN' })).toMatchObject({
        userErrors: [],
        practice: { revision, version: 1 },
      });
  });

  test('drafting shows in no revision but the owner’s', async () => {
    const { id, revision } = await submitted(hub, focalPoint, 's:KEN', { marking: 'GREEN' });
    const before = await read(outsider, id, 'revision updatedAt');
    let next = revision;
    for (const title of ['One', 'Two', 'Three'])
      next = (await write('update', focalPoint, { id, expectedRevision: next, title })).practice.revision;
    expect(await read(outsider, id, 'revision updatedAt')).toEqual(before);
    await write('submit', focalPoint, { id, expectedRevision: next });
    expect((await read(outsider, id)).revision).toBe(before.revision + 1);
  });

  test('the draft of a next version can be discarded, and is gone from a withdrawal', async () => {
    const { id, revision } = await submitted(hub, focalPoint, 's:KEN', { marking: 'GREEN' });
    const first = await write('update', focalPoint, { id, expectedRevision: revision, title: 'Not this' });
    const back = await write('discard', contributor, { id, expectedRevision: first.practice.revision });
    expect(back).toMatchObject({
      userErrors: [],
      practice: { version: 1, state: 'SUBMITTED', title: { text: complete.title } },
    });
    const second = await write('update', focalPoint, {
      id,
      expectedRevision: back.practice.revision,
      title: 'Nor this',
    });
    const gone = await write('withdraw', focalPoint, { id, expectedRevision: second.practice.revision });
    expect(gone).toMatchObject({
      userErrors: [],
      practice: { version: 1, state: 'WITHDRAWN', title: { text: complete.title } },
    });
  });

  test('what an idempotency key made and is gone is a CONFLICT, and an empty key is none', async () => {
    const input = { owner: { memberState: 'KEN' }, title: 'Gone', idempotencyKey: randomUUID() };
    const { practice } = await write('create', focalPoint, input);
    await write('discard', focalPoint, { id: practice.id, expectedRevision: practice.revision });
    expect(await codeOf('create', focalPoint, input)).toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'idempotencyKey'],
    });
    expect(await codeOf('create', focalPoint, { ...input, idempotencyKey: '' })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test('a misstated original language can be put right, and no text is lost', async () => {
    const { id } = await draft(hub, focalPoint, 's:KEN', {
      title: 'B',
      originalLanguage: 'en',
      translations: [{ locale: 'fr', title: 'A' }],
    });
    await write('update', focalPoint, { id, expectedRevision: 1, originalLanguage: 'fr' });
    const { translations } = await read(focalPoint, id, 'translations { locale status title }');
    expect(translations).toEqual(
      expect.arrayContaining([
        { locale: 'fr', status: 'ORIGINAL', title: 'A' },
        { locale: 'en', status: 'HUMAN', title: 'B' },
      ]),
    );
  });

  test('an empty concern, a cursor of another order and one that is no moment are BAD_USER_INPUT', async () => {
    const codes = async (query: string) => (await hub.ask(focalPoint, query)).errors?.[0]?.extensions;
    expect(await codes('{ practices(filter: { concerns: "" }) { nodes { id } } }')).toEqual({
      code: 'BAD_USER_INPUT',
      path: ['filter', 'concerns'],
    });
    const { practices } = await hub.data(focalPoint, '{ practices(first: 1) { pageInfo { endCursor } } }');
    const cursor = practices.pageInfo.endCursor;
    expect(
      await codes(`{ practices(after: "${cursor}", orderBy: { field: SUBMITTED_AT }) { nodes { id } } }`),
    ).toMatchObject({ path: ['after'] });
    const [order, , key] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const odd = Buffer.from(JSON.stringify([order, '2026-99-99 99:99:99.000000+00', key])).toString('base64url');
    expect(await codes(`{ practices(after: "${odd}") { nodes { id } } }`)).toMatchObject({ path: ['after'] });
  });

  test('many malformed values in a long document are answered at once', async () => {
    const document = `query ($r: [M49!]) { ${Array.from({ length: 300 }, (_, n) => `a${n}: practices(filter: { regions: $r }) { totalCount }`).join(' ')} }`;
    const { errors } = await hub.ask(focalPoint, document, { r: Array(2_000).fill('x') });
    expect(errors).toHaveLength(50);
    expect(errors![0]!.extensions).toEqual({ code: 'BAD_USER_INPUT', path: ['filter', 'regions', '0'] });
  });
});

test('the record says back everything that was said to it', async () => {
  const input = {
    ...complete,
    originalLanguage: 'fr',
    title: 'Cellule conjointe',
    summary: 'Police et parquet traitent ensemble les preuves.',
    translations: [{ locale: 'en', title: 'Joint desk', summary: 'Police and prosecutors.', status: 'MACHINE' }],
    classification: { knowledgeProducts: ['ct-tech-kp-capabilities-framework'], resolutions: ['S/RES/2396 (2017)'] },
    ownership: { ...complete.ownership, partners: ['INTERPOL'], submittedVia: 'ct-tech-nairobi-2023' },
    scope: { ...complete.scope, memberStates: ['UGA'], periodEnd: '2026-01-01' },
    evidence: {
      maturity: 'GOOD',
      validation: 'By audit.',
      results: [{ indicator: 'Cases', baseline: '1', result: '5', unintendedEffects: 'None' }],
      items: [{ title: 'Report', publisher: 'Parliament', year: 2025, url: 'https://example.org/r' }],
    },
    rights: {
      rightsAffected: ['Privacy'],
      safeguardTest: { legality: 'a', necessity: 'b', proportionality: 'c', nonDiscrimination: 'd' },
      oversightAndRemedy: 'e',
      dataProtection: 'f',
      doNoHarm: 'g',
    },
    gender: { marker: 2, analysis: 'h', disaggregatedData: 'i' },
  };
  const { id } = await draft(hub, focalPoint, 's:KEN', input);
  const { practice } = await hub.data(
    focalPoint,
    `query ($id: ID!) { practice(id: $id) {
      originalLanguage pillars type themes { slug } regions { id } owner { ... on MemberState { id } }
      title { text locale status } english: title(locale: "en-GB") { text locale status } summary(locale: "de") { locale }
      translations { locale status title summary } knowledgeProducts { slug } workshop { id }
      classification { knowledgeProducts resolutions } ownership { leadInstitution contactRole partners submittedVia }
      scope { memberStates level periodStart periodEnd } narrative { context objectives actors methodology resourcesNeeded legalBasis }
      evidence { maturity validation results { indicator baseline result unintendedEffects } items { title publisher year url } }
      learning { successFactors constraints lessons replicability sustainability }
      rights { rightsAffected safeguardTest { legality necessity proportionality nonDiscrimination } oversightAndRemedy dataProtection doNoHarm }
      gender { marker analysis disaggregatedData } } }`,
    { id },
  );
  expect(practice).toEqual({
    originalLanguage: 'fr',
    pillars: input.pillars,
    type: input.type,
    themes: [{ slug: 'legal-frameworks' }],
    regions: [{ id: globalId('Region', '014') }],
    owner: { id: globalId('MemberState', 'KEN') },
    title: { text: input.title, locale: 'fr', status: 'ORIGINAL' },
    english: { text: 'Joint desk', locale: 'en', status: 'MACHINE' },
    summary: { locale: 'fr' },
    translations: [
      { locale: 'en', status: 'MACHINE', title: 'Joint desk', summary: 'Police and prosecutors.' },
      { locale: 'fr', status: 'ORIGINAL', title: input.title, summary: input.summary },
    ],
    knowledgeProducts: [{ slug: 'ct-tech-kp-capabilities-framework' }],
    workshop: { id: globalId('Workshop', 'ct-tech-nairobi-2023') },
    classification: input.classification,
    ownership: input.ownership,
    scope: input.scope,
    narrative: input.narrative,
    evidence: input.evidence,
    learning: input.learning,
    rights: input.rights,
    gender: input.gender,
  });
});
