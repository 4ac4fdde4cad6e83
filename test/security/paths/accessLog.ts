/** The access log: owners see as what their practices were read, the auditor sees all of it, and nobody else anything. */
import type { Json } from '../../hub.js';
import { currentRoles, shown } from '../oracle.js';
import { globalId, practiceId } from '../record.js';
import { everything } from '../selection.js';
import { described } from '../tally.js';
import type { View } from '../view.js';
import type { Practice, World } from '../world.js';

const page = 'totalCount pageInfo { hasNextPage } nodes { ...Entry } edges { cursor node { at } }';

export async function accessLog(view: View): Promise<void> {
  const { practices } = view.world;
  const data = await view.ask(
    'accessLog',
    `query (${practices.map((_, index) => `$i${index}: ID!`).join(' ')}) {
       ${practices.map((_, index) => `p${index}: practice(id: $i${index}) { accessLog(first: 100) { ${page} } }`).join(' ')}
     } fragment Entry on AccessLogEntry { ${everything('AccessLogEntry')} }`,
    Object.fromEntries(practices.map((practice, index) => [`i${index}`, practiceId(practice)])),
  );
  for (const [index, practice] of practices.entries()) {
    const got = data[`p${index}`]?.accessLog ?? null;
    const what = described(view.world, practice);
    view.tally.compare('accessLog', view.viewer, what, speaksForOwner(view, practice), got !== null);
    const readers = got ? readersOf(view.world, practice) : null;
    for (const entry of got?.nodes ?? [])
      view.tally.compare(
        'accessLog: a reader',
        view.viewer,
        `${what}: ${JSON.stringify(entry)}`,
        true,
        mayHaveRead(readers!, entry),
        0,
      );
  }
  await audit(view);
}

export const speaksForOwner = (view: View, practice: Practice): boolean =>
  view.shown(practice) !== null &&
  currentRoles(view.viewer, view.world.now).some(
    ({ role, of }) => of === practice.owner && (role === 'FOCAL_POINT' || role === 'ALTERNATE' || role === 'OFFICER'),
  );

interface Reader {
  role: string | null;
  of: string | null;
  version: number;
  sections: ReadonlySet<string>;
}

/** As what each viewer of the world may have read a practice. */
const readersOf = (world: World, practice: Practice): Reader[] =>
  world.viewers.flatMap((viewer): Reader[] => {
    const sight = shown({ viewer, world }, practice);
    if (!sight) return [];
    const read = { version: sight.version.number, sections: sight.sections };
    if (viewer.kind === 'client') return [{ role: 'INTEGRATOR', of: globalOwner(viewer.owner), ...read }];
    const roles = currentRoles(viewer, world.now);
    return [
      ...roles.map(({ role, of }) => ({ role, of: of && globalOwner(of), ...read })),
      { role: null, of: null, ...read },
    ];
  });
const globalOwner = (token: string) =>
  globalId(token.startsWith('s:') ? 'MemberState' : 'RegionalBody', token.slice(2));

/** Whether somebody of this world reads as an entry says, and no more sections than they may. */
const mayHaveRead = (readers: readonly Reader[], { role, readFor, version, sections }: Json): boolean =>
  readers.some(
    (reader) =>
      reader.role === role &&
      reader.of === (readFor?.id ?? null) &&
      reader.version === version &&
      sections.every((section: string) => reader.sections.has(section.toLowerCase())),
  );

const audits = {
  accessLog: `{ accessLog(last: 100) { totalCount pageInfo { hasNextPage } nodes { ...Audited } edges { cursor node { at } } } } fragment Audited on AuditedAccess { ${everything('AuditedAccess')} }`,
  accessLogHead: `{ accessLogHead { ${everything('AccessLogHead')} } }`,
  verifyAccessLog: `{ verifyAccessLog { ${everything('AccessLogVerification')} } }`,
};

async function audit(view: View): Promise<void> {
  const auditor = currentRoles(view.viewer, view.world.now).some(({ role }) => role === 'AUDITOR');
  for (const [field, query] of Object.entries(audits)) {
    const answer = await view.exchange.ask(view.known, query);
    const code = answer.errors?.[0]!.extensions.code ?? null;
    const due = auditor ? null : view.viewer.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    view.tally.compare(
      field,
      view.viewer,
      'the auditor’s',
      { code: due, told: auditor },
      { code, told: answer.data?.[field] != null },
    );
    view.scan(field, answer);
    if (field === 'verifyAccessLog' && auditor)
      view.tally.compare(field, view.viewer, 'no fault', null, answer.data[field].fault);
  }
}
