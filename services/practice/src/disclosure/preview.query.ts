/** Counts who would see a practice: asks membership how many there are of whom, and the rule whom it lets in. */
import { globalId } from '@hub/kit/ids';
import { type MarkingName, type RoleName, type Token, type Viewer, anonymous, scopeNames } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { Role } from '../member-state/role.js';
import { ownerOf } from '../practice/practice-owner.js';
import type { Sharing } from '../practice/practice.sharing.js';
import { viewerSettings } from '../practice/practice.visibility.js';
import { Marking, type PracticeSection, sectionNames, sectionOf } from '../practice/vocabulary.js';
import type { People } from './people.js';
import type { AudienceClients, AudienceGroup, AudiencePreview, AudienceRole } from './preview.js';

/** What somebody would see. */
interface Sight {
  header: boolean;
  hiddenSections: PracticeSection[];
}

export async function previewAudience(
  { db, now }: Pick<PracticeContext, 'db' | 'now'>,
  people: People,
  owner: Token,
  sharing: Sharing,
): Promise<AudiencePreview> {
  const { marking, audience } = sharing;
  const named = (audience ?? []).filter((token) => token.startsWith('p:'));
  // Below AMBER the audience does not count: everybody may be among those who see it.
  const isNarrow = marking === Marking.AMBER || marking === Marking.AMBER_STRICT || marking === Marking.RED;
  const meant = (audience ?? []).filter((token) => !token.startsWith('p:'));
  const tokens = isNarrow
    ? marking === Marking.RED
      ? [owner]
      : [...new Set([owner, ...meant])]
    : await db.read((tx) =>
        tx
          .query<{ token: Token }[]>(`select 's:' || iso3 as token from state union all select 'b:' || slug from body`)
          .then((rows) => rows.map(({ token }) => token)),
      );
  const counts = await people.count(tokens);
  const persons = await Promise.all(named.map((token) => people.viewer(token.slice(2))));
  const bodies = await bodiesOf(
    db,
    counts.map(({ of }) => of),
    now(),
  );

  const roles = counts.flatMap(({ of, roles }) =>
    Object.entries(roles).map(([role, n]) => ({ of, role: role as RoleName, n })),
  );
  const clients = counts.flatMap(({ of, clients }) =>
    Object.entries(clients).flatMap(([ceiling, n]) => (n > 0 ? [{ of, ceiling: ceiling as MarkingName, n }] : [])),
  );
  const reached = (of: Token): Token[] => [of, ...(bodies.get(of) ?? [])];
  const sights = await seenBy(db, owner, sharing, [
    ...roles.map(({ of, role }) => holderOf(role, of, reached(of))),
    ...clients.map(({ of, ceiling }) => clientOf(of, reached(of), ceiling)),
    ...persons.map((person) => person ?? anonymous),
    holderOf('CURATOR', null, []),
  ]);
  const [everyone] = await seenBy(db, owner, sharing, [anonymous], 'PUBLISHED');

  const groups = new Map<Token, AudienceGroup>(
    counts.map(({ of }) => [of, { of: ownerOf(of), isOwner: of === owner, roles: [], clients: [] }]),
  );
  let at = 0;
  for (const { of, role, n } of roles) {
    const { header, hiddenSections } = sights[at++]!;
    if (header) groups.get(of)!.roles.push({ role: Role[role], persons: n, hiddenSections });
  }
  for (const { of, ceiling, n } of clients) {
    const { header, hiddenSections } = sights[at++]!;
    if (header) groups.get(of)!.clients.push({ ceiling: Marking[ceiling], clients: n, hiddenSections });
  }
  const shown = [...groups].filter(
    ([, { isOwner, roles, clients }]) => isNarrow || isOwner || roles.length + clients.length > 0,
  );
  return {
    everyoneOncePublished: everyone!.header,
    groups: shown.map(([, group]) => group),
    persons: named.map((token) => {
      const { header, hiddenSections } = sights[at++]!;
      return { id: globalId('Person', token.slice(2)), sees: header, hiddenSections };
    }),
    curatorsSeeHeader: sights[at]!.header,
    totalByRole: summed(
      shown.flatMap(([, { roles }]) => roles),
      ({ role }) => role,
      (a, b): AudienceRole => ({ ...a, persons: a.persons + b.persons, hiddenSections: union(a, b) }),
    ),
    totalByCeiling: summed(
      shown.flatMap(([, { clients }]) => clients),
      ({ ceiling }) => ceiling,
      (a, b): AudienceClients => ({ ...a, clients: a.clients + b.clients, hiddenSections: union(a, b) }),
    ),
  };
}

/** The bodies each State is in today, from the projection: good enough to count by, never to let anybody in. */
async function bodiesOf(
  db: PracticeContext['db'],
  states: readonly Token[],
  today: Date,
): Promise<Map<Token, Token[]>> {
  const rows = await db.read((tx) =>
    tx.query<{ state: Token; bodies: Token[] }[]>(
      `select 's:' || state as state, array_agg('b:' || body) as bodies from membership
        where 's:' || state = any ($1::text[]) and ("from" is null or "from" <= $2::date) and (until is null or until > $2::date)
        group by state`,
      [states, today.toISOString().slice(0, 10)],
    ),
  );
  return new Map(rows.map(({ state, bodies }) => [state, bodies]));
}

/** Nobody's key: whoever is counted holds no grant and reviews nothing. */
const nobody = '00000000-0000-0000-0000-000000000000';

const holderOf = (role: RoleName, of: Token | null, groups: Token[]): Viewer => ({
  kind: 'person',
  key: nobody,
  roles: [{ role, of, groups }],
  scopes: [...scopeNames],
  ceiling: 'RED',
});
const clientOf = (of: Token, groups: Token[], ceiling: MarkingName): Viewer => ({
  kind: 'client',
  key: nobody,
  roles: [{ role: 'INTEGRATOR', of, groups }],
  scopes: [...scopeNames],
  ceiling,
});

async function seenBy(
  db: PracticeContext['db'],
  owner: Token,
  { marking, audience, sectionMarkings }: Sharing,
  viewers: Viewer[],
  stage = 'SUBMITTED',
): Promise<Sight[]> {
  const rows = await db.read((tx) =>
    tx.query<{ header: boolean; sections: string[] }[]>(
      'select header, sections from who_would_see($1, $2, $3, $4, $5, $6) order by place',
      [owner, marking, audience, sectionMarkings, stage, JSON.stringify(viewers.map(viewerSettings))],
    ),
  );
  return rows.map(({ header, sections }) => ({
    header,
    hiddenSections: sectionNames.filter((name) => !sections.includes(name)).map(sectionOf),
  }));
}

const union = (a: { hiddenSections: PracticeSection[] }, b: { hiddenSections: PracticeSection[] }) => [
  ...new Set([...a.hiddenSections, ...b.hiddenSections]),
];

function summed<T, K>(entries: readonly T[], keyOf: (entry: T) => K, add: (a: T, b: T) => T): T[] {
  const sums = new Map<K, T>();
  for (const entry of entries) {
    const sum = sums.get(keyOf(entry));
    sums.set(keyOf(entry), sum ? add(sum, entry) : entry);
  }
  return [...sums.values()];
}
