/** Lists, counts, filters, orders and statistics: what is hidden is in none of them, and weighs nowhere. */
import type { Json } from '../../hub.js';
import { areasOf, concerns, isWithin } from '../oracle.js';
import { globalId, practiceId } from '../record.js';
import { everything } from '../selection.js';
import type { View } from '../view.js';
import { type Practice, type Sharing, type Version, bodies, markings, states } from '../world.js';
import { anyState } from './records.js';

type Fits = (practice: Practice, version: Version, view: View) => boolean;

/** Filters, each with what it means; all but the first and those on states are asked of every state there is. */
const filters: [name: string, filter: string, Fits][] = [
  ['withdrawn are left out', '{}', ({ withdrawnAt }) => withdrawnAt === null],
  ...['DRAFT', 'SUBMITTED', 'PUBLISHED', 'SUPERSEDED', 'WITHDRAWN', 'DECLINED'].map((state): [string, string, Fits] => [
    `states ${state}`,
    `{ states: [${state}] }`,
    (_, version) => version.state === state,
  ]),
  ...markings.map((marking): [string, string, Fits] => [
    `markings ${marking}`,
    `{ states: ${anyState}, markings: [${marking}] }`,
    (practice, _, view) => view.shown(practice)!.shared.marking === marking,
  ]),
  ...['SUBMISSION', 'PUBLIC_SOURCE'].map((origin): [string, string, Fits] => [
    `origin ${origin}`,
    `{ states: ${anyState}, origin: [${origin}] }`,
    (practice) => practice.origin === origin,
  ]),
  [
    'pillars',
    `{ states: ${anyState}, pillars: [I, IV] }`,
    (_, { pillars }) => pillars.some((pillar) => pillar === 'I' || pillar === 'IV'),
  ],
  [
    'themes',
    `{ states: ${anyState}, themes: ["digital-evidence"] }`,
    (_, { themes }) => themes.includes('digital-evidence'),
  ],
  ['types', `{ states: ${anyState}, types: [LAW, POLICY] }`, (_, { type }) => type === 'LAW' || type === 'POLICY'],
  ['languages', `{ states: ${anyState}, languages: ["fr"] }`, (_, { languages }) => languages.includes('fr')],
  [
    'maturity',
    `{ states: ${anyState}, maturity: [GOOD, PROMISING] }`,
    (practice, { maturity }, view) =>
      view.shown(practice)!.sections.has('evidence') && (maturity === 'GOOD' || maturity === 'PROMISING'),
  ],
  ...states.map((iso3): [string, string, Fits] => [
    `memberStates ${iso3}`,
    `{ states: ${anyState}, memberStates: ["${iso3}"] }`,
    (practice) => practice.owner === `s:${iso3}`,
  ]),
  ...bodies.map((slug): [string, string, Fits] => [
    `regionalBodies ${slug}`,
    `{ states: ${anyState}, regionalBodies: ["${slug}"] }`,
    (practice) => practice.owner === `b:${slug}`,
  ]),
  ...bodies.map((slug): [string, string, Fits] => [
    `concerns ${slug}`,
    `{ states: ${anyState}, concerns: "${slug}" }`,
    (practice, _, view) => concerns(view.asking, practice, view.shown(practice)!, slug),
  ]),
  [
    'regions',
    `{ states: ${anyState}, regions: ["002"] }`,
    (_, { regions }) => regions.some((area) => isWithin(area, '002')),
  ],
];
const listed = filters.map(
  ([, filter], index) => `f${index}: practices(first: 100, filter: ${filter}) { totalCount nodes { id } }`,
);

/** Lists that hang on what others own, found as an entity and by a reference. */
const holders: [type: string, key: string, Fits][] = [
  ...states.map((iso3): [string, string, Fits] => ['MemberState', iso3, ({ owner }) => owner === `s:${iso3}`]),
  ...bodies.map((slug): [string, string, Fits] => [
    'RegionalBody',
    slug,
    (practice, _, view) => concerns(view.asking, practice, view.shown(practice)!, slug),
  ]),
  ...['001', '002', '014', '035'].map((m49): [string, string, Fits] => [
    'Region',
    m49,
    (_, { regions }) => regions.some((area) => isWithin(area, m49)),
  ]),
];
const held = ['MemberState', 'RegionalBody', 'Region']
  .map(
    (type) =>
      `... on ${type} { practices(first: 100, filter: { states: ${anyState} }) { totalCount edges { node { id } } nodes { id } } }`,
  )
  .join(' ');

const dates: Record<string, (version: Version, practice: Practice) => Date | null> = {
  UPDATED_AT: ({ updatedAt }) => updatedAt,
  SUBMITTED_AT: ({ submittedAt }, { origin }) => (origin === 'PUBLIC_SOURCE' ? null : submittedAt),
  PUBLISHED_AT: ({ publishedAt }) => publishedAt,
};

export async function lists(view: View): Promise<void> {
  const fitting = (fits: Fits) => view.seen.filter((practice) => fits(practice, view.shown(practice)!.version, view));
  const answer = await view.ask('practices(filter)', `{ ${listed.join(' ')} }`);
  for (const [index, [name, , fits]] of filters.entries())
    compareList(view, `practices(${name})`, fitting(fits), answer[`f${index}`]);

  const references = holders.map(([type, key]) => ({ __typename: type, id: globalId(type, key) }));
  const { nodes, _entities: entities } = await view.ask(
    'practices of others',
    `query ($ids: [ID!]!, $references: [_Any!]!) { nodes(ids: $ids) { ${held} } _entities(representations: $references) { ${held} } }`,
    { ids: references.map(({ id }) => id), references },
  );
  for (const [index, [type, , fits]] of holders.entries()) {
    compareList(view, `${type}.practices`, fitting(fits), nodes[index].practices);
    compareList(view, `${type}.practices by reference`, fitting(fits), entities[index].practices);
  }

  await since(view);
  await orders(view);
  await pages(view);
}

function compareList(view: View, path: string, expected: readonly Practice[], list: Json): void {
  view.compareSet(
    path,
    expected,
    list.nodes.map(({ id }: Json) => id),
  );
  view.tally.compare(`${path}.totalCount`, view.viewer, '', expected.length, list.totalCount);
  if (list.edges)
    view.tally.compare(
      `${path}.edges`,
      view.viewer,
      '',
      list.nodes,
      list.edges.map(({ node }: Json) => node),
      0,
    );
}

/** Filters on time: a moment in the middle of this world. */
async function since(view: View): Promise<void> {
  const moment = new Date(view.world.now.getTime() - 15 * 24 * 60 * 60_000);
  const data = await view.ask(
    'practices(since)',
    `query ($moment: DateTime) {
      submittedSince: practices(first: 100, filter: { states: ${anyState}, submittedSince: $moment }) { totalCount nodes { id } }
      updatedSince: practices(first: 100, filter: { states: ${anyState}, updatedSince: $moment }) { totalCount nodes { id } }
    }`,
    { moment },
  );
  for (const [name, field] of [
    ['submittedSince', 'SUBMITTED_AT'],
    ['updatedSince', 'UPDATED_AT'],
  ] as const) {
    const due = view.seen.filter((practice) => {
      const date = dates[field]!(view.shown(practice)!.version, practice);
      return date !== null && date >= moment;
    });
    compareList(view, `practices(${name})`, due, data[name]);
  }
}

/** The place of an entry tells nothing of a version that is hidden from the viewer. */
async function orders(view: View): Promise<void> {
  const fields = Object.keys(dates).flatMap((field) => ['ASC', 'DESC'].map((direction) => [field, direction] as const));
  const data = await view.ask(
    'practices(orderBy)',
    `{ ${fields.map(([field, direction]) => `${field}_${direction}: practices(first: 100, filter: { states: ${anyState} }, orderBy: { field: ${field}, direction: ${direction} }) { nodes { id } }`).join(' ')} }`,
  );
  const byId = new Map(view.seen.map((practice) => [practiceId(practice), practice]));
  for (const [field, direction] of fields) {
    const times = data[`${field}_${direction}`].nodes.map(({ id }: Json) => {
      const practice = byId.get(id);
      return practice ? (dates[field]!(view.shown(practice)!.version, practice)?.getTime() ?? 0) : NaN;
    });
    const sorted = [...times].sort((a, b) => (direction === 'ASC' ? a - b : b - a));
    view.tally.compare(
      `practices(orderBy ${field} ${direction})`,
      view.viewer,
      'dates in order',
      sorted,
      times,
      view.seen.length,
    );
  }
}

/** Page by page, forwards and backwards: the same list, and no page is short for what is hidden. */
async function pages(view: View): Promise<void> {
  const size = 7;
  const walk = async (args: (cursor: string | null) => string, next: (info: Json) => string | null) => {
    const all: string[] = [];
    const sizes: number[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const { practices } = await view.ask(
        'practices(page)',
        `{ practices(${args(cursor)}, filter: { states: ${anyState} }) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      );
      all.push(...practices.nodes.map(({ id }: Json) => id));
      sizes.push(practices.nodes.length);
      cursor = next(practices.pageInfo);
      more = cursor !== null;
    }
    return { all, sizes };
  };
  const due = Math.max(1, Math.ceil(view.seen.length / size));
  for (const [name, args, next] of [
    [
      'forwards',
      (cursor: string | null) => `first: ${size}${cursor ? `, after: "${cursor}"` : ''}`,
      (info: Json) => (info.hasNextPage ? info.endCursor : null),
    ],
    [
      'backwards',
      (cursor: string | null) => `last: ${size}${cursor ? `, before: "${cursor}"` : ''}`,
      (info: Json) => (info.hasPreviousPage ? info.startCursor : null),
    ],
  ] as const) {
    const { all, sizes } = await walk(args, next);
    view.compareSet(`practices(${name})`, view.seen, all);
    view.tally.compare(
      `practices(${name}) pages`,
      view.viewer,
      'pages, and full ones but the last',
      [due, 0],
      [sizes.length, sizes.slice(0, -1).filter((one) => one !== size).length],
      0,
    );
  }
}

/** What a practice counts for, by dimension. */
const values: Record<string, (practice: Practice, version: Version, shared: Sharing) => (string | null)[]> = {
  OWNER: ({ owner }) => [owner.slice(2)],
  THEME: (_, { themes }) => themes,
  PILLAR: (_, { pillars }) => pillars,
  TYPE: (_, { type }) => [type],
  STATE: (_, { state }) => [state],
  MARKING: (_, __, { marking }) => [marking],
  ORIGIN: ({ origin }) => [origin],
  LANGUAGE: (_, { languages }) => languages,
  YEAR: (practice, version) => [dated(practice, version)?.slice(0, 4) ?? null],
  MONTH: (practice, version) => [dated(practice, version)?.slice(0, 7) ?? null],
  REGION: (_, { regions }) => regions.map((area) => areasOf(area)[1] ?? null),
};
const dated = (practice: Practice, version: Version) =>
  (version.publishedAt ?? dates['SUBMITTED_AT']!(version, practice))?.toISOString() ?? null;

export async function statistics(view: View): Promise<void> {
  const whole = everything('PracticeStatistics');
  const data = await view.ask(
    'practiceStatistics',
    `{ ${Object.keys(values)
      .map((by) => `${by}: practiceStatistics(by: [${by}], filter: { states: ${anyState} }) { ${whole} }`)
      .join(' ')}
       unfiltered: practiceStatistics(by: [MARKING]) { total } }`,
  );
  for (const [by, of] of Object.entries(values)) {
    const counts = new Map<string, number>();
    let unassigned = 0;
    for (const practice of view.seen) {
      const { version, shared } = view.shown(practice)!;
      const keys = new Set(of(practice, version, shared).filter((key) => key !== null));
      if (keys.size === 0) unassigned += 1;
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const rows = [...counts]
      .sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1))
      .map(([key, count]) => ({ key, count }));
    const { total, unassigned: missing, rows: got } = data[by];
    view.tally.compare(
      `practiceStatistics(${by})`,
      view.viewer,
      'rows',
      { total: view.seen.length, unassigned, rows },
      { total, unassigned: missing, rows: got.map(({ key, count }: Json) => ({ key, count })) },
      rows.length + 2,
    );
  }
  const standing = view.seen.filter(({ withdrawnAt }) => !withdrawnAt).length;
  view.tally.compare('practiceStatistics', view.viewer, 'without what was withdrawn', standing, data.unfiltered.total);
}
