import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import type { FreshDatabase } from '@hub/local/testing';
import { openRegion, seededDatabase } from './region.js';

let database: FreshDatabase;
let region: Awaited<ReturnType<typeof openRegion>>;
beforeAll(async () => {
  database = await seededDatabase();
  region = await openRegion(database.url);
});
afterAll(async () => {
  await region.close();
  await database.drop();
});

const entities = `query ($references: [_Any!]!) { _entities(representations: $references) { __typename
  ... on Region { m49 } ... on RegionalBody { slug } ... on Workshop { slug } ... on MemberState { id regions { m49 } } } }`;

test('a region stands in its tree and is named in the language asked for', async () => {
  const { data, errors } = await region.ask(
    `{ region(m49: "014") { id m49 level name(locale: "fr-CA") { text locale status } parent { m49 parent { m49 } } children { m49 } bodies { acronym } }
       africa: region(m49: "002") { name { text locale status } children { m49 level } } }`,
    {},
    ['sw', 'ru'],
  );
  expect(errors).toEqual([]);
  expect(data).toEqual({
    region: {
      id: globalId('Region', '014'),
      m49: '014',
      level: 'INTERMEDIATE',
      name: { text: 'Afrique orientale', locale: 'fr', status: 'HUMAN' },
      parent: { m49: '202', parent: { m49: '002' } },
      children: [],
      bodies: ['EAC', 'EAPCCO', 'ECCAS', 'IGAD', 'LAS', 'SADC'].map((acronym) => ({ acronym })),
    },
    africa: {
      name: { text: 'Африка', locale: 'ru', status: 'HUMAN' },
      children: [
        { m49: '015', level: 'SUBREGION' },
        { m49: '202', level: 'SUBREGION' },
      ],
    },
  });
});

test('the regions of a level, and the world first of all', async () => {
  const { data } = await region.ask(`{ regions { m49 } continents: regions(level: REGION) { m49 parent { m49 } } }`);
  expect(data.regions).toHaveLength(30);
  expect(data.regions[0]).toEqual({ m49: '001' });
  expect(data.continents).toEqual(['002', '019', '142', '150', '009'].map((m49) => ({ m49, parent: { m49: '001' } })));
});

test('a regional body is shown with its seat, organs and areas', async () => {
  const { data } = await region.ask(
    `{ regionalBody(slug: "igad") { id acronym name(locale: "fr") { text locale status } seat { city memberState { id } } foundedYear website organs asOf
         nonUnMembers { name note } statusNotes regions { m49 } } regionalBodies { acronym } }`,
  );
  expect(data.regionalBodies).toHaveLength(26);
  expect(data.regionalBody).toMatchObject({
    id: globalId('RegionalBody', 'igad'),
    acronym: 'IGAD',
    name: { text: 'Intergovernmental Authority on Development', locale: 'en', status: 'ORIGINAL' },
    seat: { city: 'Djibouti', memberState: { id: globalId('MemberState', 'DJI') } },
    foundedYear: 1996,
    website: 'igad.int',
    asOf: '2026-01',
    nonUnMembers: [],
    regions: [{ m49: '014' }, { m49: '015' }],
  });
});

test('a workshop whose day is not public says so and gives what encloses it', async () => {
  const { data } = await region.ask(
    `{ workshops { slug kind startDate endDate datePrecision earliestDate latestDate venue { city memberState { id } }
         regions { m49 } participants { total officials memberStates { id } regionalBodies { slug } organizations }
         title(locale: "zh") { status } resources { title url } } }`,
  );
  expect(data.workshops).toHaveLength(7);
  const bySlug = Object.fromEntries(data.workshops.map((workshop: { slug: string }) => [workshop.slug, workshop]));
  expect(bySlug['ct-tech-sarajevo-2023']).toMatchObject({
    kind: 'REGIONAL',
    startDate: null,
    datePrecision: 'MONTH',
    earliestDate: '2023-10-01',
    latestDate: '2023-10-31',
    title: { status: 'MACHINE' },
    participants: null,
  });
  expect(bySlug['ct-tech-south-southeast-asia-2023']).toMatchObject({
    datePrecision: 'BETWEEN',
    earliestDate: '2023-10-01',
    latestDate: '2023-11-30',
  });
  expect(bySlug['ct-tech-tashkent-2023']).toMatchObject({
    datePrecision: 'DAY',
    startDate: '2023-09-27',
    earliestDate: '2023-09-27',
    venue: { city: 'Tashkent', memberState: { id: globalId('MemberState', 'UZB') } },
    regions: [{ m49: '143' }, { m49: '030' }],
    participants: { total: null, officials: 28, regionalBodies: [{ slug: 'osce' }], organizations: ['UNODC'] },
  });
  expect(bySlug['ct-tech-tashkent-2023'].participants.memberStates).toHaveLength(6);
});

test('references are checked: what does not exist is null, and a State has its areas from the world down', async () => {
  const references = [
    ['Region', globalId('Region', '014')],
    ['Region', globalId('Region', '404')], // a State’s code, not an area’s
    ['Region', globalId('MemberState', 'KEN')],
    ['Region', 'nonsense'],
    ['RegionalBody', globalId('RegionalBody', 'igad')],
    ['RegionalBody', globalId('RegionalBody', 'none')],
    ['Workshop', globalId('Workshop', 'ct-tech-nairobi-2023')],
    ['Workshop', globalId('Workshop', 'none')],
    ['MemberState', globalId('MemberState', 'KEN')],
    ['MemberState', globalId('MemberState', 'XXX')],
    ['MemberState', globalId('MemberState', 'ken')],
  ].map(([__typename, id]) => ({ __typename, id }));
  const { data, errors } = await region.ask(entities, { references });
  expect(errors).toEqual([]);
  expect(data._entities).toEqual([
    { __typename: 'Region', m49: '014' },
    null,
    null,
    null,
    { __typename: 'RegionalBody', slug: 'igad' },
    null,
    { __typename: 'Workshop', slug: 'ct-tech-nairobi-2023' },
    null,
    {
      __typename: 'MemberState',
      id: globalId('MemberState', 'KEN'),
      regions: ['001', '002', '202', '014'].map((m49) => ({ m49 })),
    },
    null,
    null,
  ]);
});

test('what is unknown is null, what is malformed is BAD_USER_INPUT with its path', async () => {
  expect((await region.ask('{ region(m49: "404") { m49 } regionalBody(slug: "no such") { slug } }')).data).toEqual({
    region: null,
    regionalBody: null,
  });
  expect((await region.ask('{ region(m49: "2") { m49 } }')).errors).toEqual([
    { code: 'BAD_USER_INPUT', path: ['m49'] },
  ]);
  expect(
    (await region.ask('query ($l: Locale) { regions { name(locale: $l) { text } } }', { l: '??' })).errors,
  ).toEqual([{ code: 'BAD_USER_INPUT', path: ['locale'] }]);
});

test('what is for curators only is not in the schema', () => {
  expect(region.sdl).not.toMatch(/confidence|compilerObservation|namedInSpeech|\bbasis\b/i);
});
