/**
 * Who may know of a practice: one table with a row per marking, rendered into the row-level policies, the event
 * reader and what else looks past the policies, so that they cannot drift apart. What is not said here is hidden.
 *
 * *viewer settings*: what the session tells PostgreSQL about the viewer (`viewerSettings`), set per transaction; a
 * policy reads them wrapped in a sub-select, once per statement and not once per row. No setting, no rows.
 * *image*: the columns visibility hangs on, of a practice as it is now or as an event recorded it.
 */
import { arrayLiteral, nowSql, type Settings } from '@hub/kit/database';
import type { Rules } from '@hub/kit/migrate';
import { type MarkingName, type Viewer, groupsOf, hasScope, holds, isVetted, markings } from '@hub/kit/viewer';

/** The columns visibility hangs on, as SQL. */
export interface Image {
  key: string;
  owner: string;
  marking: string;
  audience: string;
  /** The sections' own markings, as jsonb by name. */
  sections: string;
  /** How far its furthest version has come: DRAFT, SUBMITTED, PUBLISHED or DECLINED. */
  stage: string;
}

const setting = (name: string) => `coalesce(current_setting('hub.${name}', true), '')`;
const text = (name: string) => `(select ${setting(name)})`;
// The outer cast keeps `= any (…)` from reading the sub-select as a set of rows.
const list = (name: string) => `(select coalesce(nullif(${setting(name)}, ''), '{}')::text[])::text[]`;
const flag = (name: string) => `(select ${setting(name)} = 'on')`;

/** The viewer's settings, as SQL. */
export const viewer = {
  known: `(select ${setting('viewer')} <> '')`,
  vetted: flag('vetted'),
  groups: list('groups'),
  strictGroups: list('strict_groups'),
  /** The States and bodies whose roles those groups come from: these stay whatever body a State joins or leaves. */
  home: list('home'),
  strictHome: list('strict_home'),
  /** `p:<key>` of a vetted person; '' for others. */
  person: text('person'),
  owners: list('owners'),
  submitters: list('submitters'),
  reviewer: text('reviewer'),
  curator: flag('curator'),
  auditor: flag('auditor'),
  /** Whether they may follow the event log. */
  events: flag('events'),
  /** No viewer at all: the process itself. */
  none: `(select ${setting('vetted')} = '')`,
};

/** What the session sets for a viewer. Each right is a set of tokens or a flag; an unknown role adds nothing. */
export function viewerSettings(asker: Viewer): Settings {
  const person = asker.kind === 'person';
  const reachesAmber = person || asker.ceiling === 'AMBER';
  const has = (role: 'REVIEWER' | 'CURATOR' | 'AUDITOR') => person && asker.roles.some((held) => held.role === role);
  return {
    // Nobody, and so no rows, for an API client that was not given practices.
    'hub.viewer': hasScope(asker, 'practices:read') ? `${asker.kind}:${asker.key ?? ''}` : '',
    'hub.vetted': isVetted(asker) ? 'on' : 'off',
    'hub.groups': arrayLiteral(
      reachesAmber
        ? groupsOf(asker, 'CONTRIBUTOR', 'FOCAL_POINT', 'ALTERNATE', 'OFFICER', 'REVIEWER', 'INTEGRATOR')
        : [],
    ),
    'hub.strict_groups': arrayLiteral(person ? groupsOf(asker, 'FOCAL_POINT', 'ALTERNATE', 'OFFICER') : []),
    'hub.home': arrayLiteral(
      reachesAmber ? holds(asker, 'CONTRIBUTOR', 'FOCAL_POINT', 'ALTERNATE', 'OFFICER', 'REVIEWER', 'INTEGRATOR') : [],
    ),
    'hub.strict_home': arrayLiteral(person ? holds(asker, 'FOCAL_POINT', 'ALTERNATE', 'OFFICER') : []),
    'hub.person': person && isVetted(asker) ? `p:${asker.key}` : '',
    'hub.owners': arrayLiteral(person ? holds(asker, 'CONTRIBUTOR', 'FOCAL_POINT', 'ALTERNATE', 'OFFICER') : []),
    'hub.submitters': arrayLiteral(person ? holds(asker, 'FOCAL_POINT', 'ALTERNATE', 'OFFICER') : []),
    'hub.reviewer': has('REVIEWER') ? asker.key! : '',
    'hub.curator': has('CURATOR') ? 'on' : 'off',
    'hub.auditor': has('AUDITOR') ? 'on' : 'off',
    'hub.events': hasScope(asker, 'events:read') ? 'on' : 'off',
  };
}

/** What an audience is met with: the viewer's groups as of now, or as they were at a place in the event log. */
export type Reach = Pick<typeof viewer, 'groups' | 'strictGroups'>;

/** Who may know of a submitted practice, by marking. TLP 2.0, first.org/tlp. A new marking does not compile without its row. */
export const seenBy: Record<MarkingName, (p: Image, reach: Reach) => string> = {
  CLEAR: (p) => `(${p.stage} = 'PUBLISHED' or ${viewer.vetted})`,
  GREEN: () => viewer.vetted,
  AMBER: (p, { groups }) => `${p.audience} && ${groups}`,
  AMBER_STRICT: (p, { strictGroups }) => `${p.audience} && ${strictGroups}`,
  RED: (p) => `(${viewer.person} <> '' and ${p.audience} @> array[${viewer.person}])`,
};

/** Whom a marking names. Null where an audience that counts was not stated, which is as good as false. */
export const byMarking = (marking: string, p: Image, reach: Reach = viewer): string =>
  `case ${marking} ${Object.entries(seenBy)
    .map(([name, rule]) => `when '${name}' then ${rule(p, reach)}`)
    .join(' ')} else false end`;

const owned = (p: Image) => `${p.owner} = any (${viewer.owners})`;
const assigned = (p: Image) =>
  `(${viewer.reviewer} <> '' and exists (select 1 from public.review_assignment a
     where a.practice_key = ${p.key} and a.person_key::text = ${viewer.reviewer} and a.ended_at is null))`;

/** A line of the rule: its name, whether it opens, and to whom it applies. Of a rule's lines the first that applies
 *  decides; where none does, what is asked for is hidden. `explainVisibility` names the line (disclosure/). */
export type Line = readonly [name: string, opens: boolean, applies: string];

/** The header: the owner always; of what was submitted the assigned reviewers, whom the marking names, and the curators
 *  except at RED. */
export const headerLines = (p: Image, reach: Reach = viewer): Line[] => [
  ['OWNER', true, owned(p)],
  ['NOT_SUBMITTED', false, `${p.stage} = 'DRAFT'`],
  ['ASSIGNED_REVIEWER', true, assigned(p)],
  ['MARKING', true, `${p.stage} <> 'DECLINED' and ${byMarking(p.marking, p, reach)}`],
  ['CURATOR', true, `${viewer.curator} and ${p.marking} <> 'RED'`],
];

/** The stricter of two markings has the higher place. */
const place = (marking: string): string =>
  `array_position(array[${markings.map((name) => `'${name}'`).join(', ')}], ${marking})`;

/** A section: whom the practice's marking names, and its own where that is stricter; a practice that was tightened past
 *  it is not narrowed twice. And, where its `name` is given, whom its owner granted it, as long as they see the header.
 *  The curators' view of headers opens none. */
export const sectionLines = (p: Image, marking: string, name: string | null): Line[] => [
  ['OWNER', true, owned(p)],
  ['NOT_SUBMITTED', false, `${p.stage} = 'DRAFT'`],
  ['ASSIGNED_REVIEWER', true, assigned(p)],
  [
    'MARKING',
    true,
    `${p.stage} <> 'DECLINED' and ${byMarking(p.marking, p)} and (${place(marking)} <= ${place(p.marking)} or ${byMarking(marking, p)})`,
  ],
  ...(name === null ? [] : [['GRANT', true, `${granted(p, name)} and ${seesHeader(p)}`] as const]),
];

const decided = (lines: readonly Line[]): string =>
  `(${viewer.known} and case ${lines.map(([, opens, applies]) => `when ${applies} then ${opens}`).join(' ')} else false end)`;

export const seesHeader = (p: Image, reach: Reach = viewer): string => decided(headerLines(p, reach));
export const seesSection = (p: Image, marking: string, name: string | null): string =>
  decided(sectionLines(p, marking, name));

/** A section's own marking; the practice's where it has none. */
export const markingOf = (p: Image, name: string): string => `coalesce(${p.sections}->>${name}, ${p.marking})`;

/** A section by its name. */
export const seesSectionNamed = (p: Image, name: string): string => seesSection(p, markingOf(p, name), name);

/** A grant is one person's, for a time; when that is over it opens nothing, whether or not anybody has noted it. */
const granted = (p: Image, name: string): string =>
  `(${viewer.person} <> '' and ${name} = any (public.granted_sections(${p.key})))`;

/** Whether a row of access_grant is the viewer's and holds now. */
export const isCurrentGrant = (g: string): string =>
  `('p:' || ${g}.person_key = ${viewer.person} and ${g}.ended_at is null and ${g}.until > ${nowSql})`;

/** A version: the owner sees all; others what was submitted, the declined only with the header's insiders, and who
 *  sees a practice only because it is published, what was published. */
export const seesVersion = (p: Image, version: string): string =>
  `(${owned(p)} or (${version}.submitted_at is not null
     and (${version}.state <> 'DECLINED' or ${viewer.curator} or ${assigned(p)})
     and (${viewer.vetted} or ${version}.published_at is not null)))`;

/** A consent has run out, and nobody has noted it on the row yet. */
export const isLapsed = (alias: string): string => `coalesce(${alias}.lapses_at <= ${nowSql}, false)`;

/**
 * A practice as it is shared now: the columns of its row, or, once a consent has run out, what that leaves
 * (practice.sharing.ts). Read marking, audience and sections of a practice through this and never by column: the job
 * that writes a lapse down may be late, the rule may not.
 */
export const practiceImage = (alias: string): Image => {
  const now = (field: string, column: string, read: (left: string) => string) =>
    `(case when ${isLapsed(alias)} then ${read(`(public.left_of(${alias}.lapses, ${nowSql})->'${field}')`)} else ${alias}.${column} end)`;
  return {
    key: `${alias}.key`,
    owner: `${alias}.owner`,
    marking: now('marking', 'marking', (left) => `${left}#>>'{}'`),
    audience: now('audience', 'audience', (left) => `public.tokens_of(${left})`),
    sections: now('sectionMarkings', 'section_markings', (left) => left),
    stage: `${alias}.stage`,
  };
};

/** What the rule calls where it is seldom asked, once a consent has run out or somebody was granted something: written
 *  out, it would be planned with every statement. */
export const calledRules = (roles: Roles): Rules => ({
  tables: [],
  functions: ['left_of', 'tokens_of', 'granted_sections'],
  statements: [
    `create function left_of(lapses jsonb, moment timestamptz) returns jsonb
       language sql immutable parallel safe set search_path = pg_catalog as $$
     select l.step from jsonb_array_elements(lapses) l(step) where (l.step->>'at')::timestamptz <= moment
      order by (l.step->>'at')::timestamptz desc limit 1 $$`,
    `create function tokens_of(list jsonb) returns text[]
       language sql immutable parallel safe set search_path = pg_catalog as $$
     select array(select jsonb_array_elements_text(list)) where jsonb_typeof(list) = 'array' $$`,
    ...['left_of(jsonb, timestamptz)', 'tokens_of(jsonb)'].flatMap((name) => [
      `revoke all on function ${name} from public`,
      `grant execute on function ${name} to ${roles.app}, ${roles.definer}`,
    ]),
    `create function granted_sections(practice uuid) returns text[]
       language sql stable security definer set search_path = pg_catalog, public as $$
     select array(select unnest(g.sections) from public.access_grant g where g.practice_key = practice and ${isCurrentGrant('g')})
     $$`,
    ...definerFunction('granted_sections(uuid)', roles),
  ],
});

/** A practice as its row says: for what is derived from rows and asks the rule again. */
export const storedImage = (alias: string): Image => ({
  key: `${alias}.key`,
  owner: `${alias}.owner`,
  marking: `${alias}.marking`,
  audience: `${alias}.audience`,
  sections: `${alias}.section_markings`,
  stage: `${alias}.stage`,
});

/** Tables everyone may read: vocabularies and projections of public facts. Every other table has policies. */
export const publicTables = [
  'theme',
  'knowledge_product',
  'area',
  'state',
  'body',
  'workshop',
  'membership',
  'membership_progress',
] as const;

/** The roles of the database: who owns the tables, as whom the service runs, who owns functions that look past the policies. */
export interface Roles {
  owner: string;
  app: string;
  definer: string;
}

/** Row-level security of one table: forced, open to the owner role and, for reading, to the definer; `policies` is
 *  what the run-time role may: `for select to … using (…)`. For every table that is not public reference data. */
export const protectedTable = (name: string, { owner, app, definer }: Roles, policies: readonly string[]): string[] => [
  `alter table ${name} enable row level security`,
  `alter table ${name} force row level security`,
  `revoke all on ${name} from ${app}, ${definer}`,
  `create policy ${name}_owner on ${name} for all to ${owner} using (true) with check (true)`,
  `create policy ${name}_definer on ${name} for select to ${definer} using (true)`,
  `grant select on ${name} to ${definer}`,
  ...policies.map((rule, index) => `create policy ${name}_${index} on ${name} ${rule}`),
];

/** A function that looks past the policies: owned by the definer role, for the run-time role alone. Rights first:
 *  what is the definer's the owner role cannot grant or revoke any more. */
export const definerFunction = (signature: string, { app, definer }: Roles): string[] => [
  `revoke all on function ${signature} from public`,
  `grant execute on function ${signature} to ${app}`,
  `alter function ${signature} owner to ${definer}`,
];

/** The read and write policies of the practice tables and the guards of their changes. */
export function practiceRules(roles: Roles): Rules {
  const { app } = roles;
  const p = practiceImage('p');
  const parent = (rule: string, key: string) =>
    `exists (select 1 from public.practice p where p.key = ${key} and ${rule})`;
  const versionParent = (rule: string) =>
    `exists (select 1 from public.practice_version v join public.practice p on p.key = v.practice_key where v.key = version_key and ${rule})`;
  const mayWrite = `p.owner = any (${viewer.owners}) and p.origin = 'SUBMISSION'`;
  const maySubmit = `p.owner = any (${viewer.submitters}) and p.origin = 'SUBMISSION'`;
  const ownRow = practiceImage('practice');
  const isViewer = (row: string) => `${viewer.person} <> '' and 'p:' || ${row}.person_key = ${viewer.person}`;
  const ownOrDecided = (row: string) => `(${isViewer(row)} or p.owner = any (${viewer.submitters}))`;
  const table: Record<string, string[]> = {
    practice: [
      `for select to ${app} using (${seesHeader(ownRow)})`,
      `for insert to ${app} with check (owner = any (${viewer.owners}) and origin = 'SUBMISSION' and stage = 'DRAFT'
        and withdrawn_at is null and lapses = '[]' and (audience is null or owner = any (${viewer.submitters}))
        and 'person:' || created_by = ${text('viewer')})`,
      `for update to ${app} using (owner = any (${viewer.owners}) and origin = 'SUBMISSION')`,
      `for delete to ${app} using (owner = any (${viewer.owners}) and origin = 'SUBMISSION' and stage = 'DRAFT')`,
    ],
    practice_version: [
      `for select to ${app} using (${parent(seesVersion(p, 'practice_version'), 'practice_key')})`,
      `for insert to ${app} with check (state = 'DRAFT' and submitted_at is null and published_at is null and ${parent(mayWrite, 'practice_key')})`,
      `for update to ${app} using (${parent(mayWrite, 'practice_key')})
         with check (state = 'DRAFT' and submitted_at is null and ${parent(mayWrite, 'practice_key')}
           or (state in ('DRAFT', 'SUBMITTED', 'WITHDRAWN') or published_at is not null) and ${parent(maySubmit, 'practice_key')})`,
      `for delete to ${app} using (submitted_at is null and ${parent(mayWrite, 'practice_key')})`,
    ],
    practice_section: [
      `for select to ${app} using (${versionParent(`p.withdrawn_at is null and ${seesSectionNamed(p, 'practice_section.name')}`)})`,
      `for insert to ${app} with check (${versionParent(`v.submitted_at is null and ${mayWrite}`)})`,
      `for delete to ${app} using (${versionParent(`v.submitted_at is null and ${mayWrite}`)})`,
    ],
    consent_record: [
      `for select to ${app} using (${parent(`p.owner = any (${viewer.owners})`, 'practice_key')})`,
      `for insert to ${app} with check ('person:' || given_by = ${text('viewer')} and ${parent(maySubmit, 'practice_key')})`,
    ],
    // Who asked sees their request and grant while they see the practice, who decides for its owner those of all.
    access_request: [
      `for select to ${app} using (${parent(ownOrDecided('access_request'), 'practice_key')})`,
      `for insert to ${app} with check (status = 'OPEN' and ${isViewer('access_request')}
         and ${parent(`p.origin = 'SUBMISSION' and p.stage <> 'DRAFT' and p.withdrawn_at is null and not (p.owner = any (${viewer.owners}))`, 'practice_key')})`,
      `for update to ${app} using (status = 'OPEN' and ${parent(maySubmit, 'practice_key')})
         with check (status <> 'OPEN' and 'person:' || decided_by = ${text('viewer')} and ${parent(maySubmit, 'practice_key')})`,
    ],
    access_grant: [
      `for select to ${app} using (${parent(ownOrDecided('access_grant'), 'practice_key')})`,
      `for insert to ${app} with check (ended_at is null and 'person:' || granted_by = ${text('viewer')} and ${parent(maySubmit, 'practice_key')}
         and exists (select 1 from public.access_request r where r.key = request_key
           and (r.practice_key, r.person_key) = (access_grant.practice_key, access_grant.person_key)
           and r.sections @> access_grant.sections))`,
      `for update to ${app} using (ended_at is null and ${parent(maySubmit, 'practice_key')})
         with check (ended_at is not null and 'person:' || ended_by = ${text('viewer')} and ${parent(maySubmit, 'practice_key')})`,
    ],
    practice_curation: [`for select to ${app} using (${viewer.curator})`],
    review_assignment: [
      `for select to ${app} using (${viewer.reviewer} <> '' and person_key::text = ${viewer.reviewer})`,
    ],
    idempotency_key: [
      `for select to ${app} using (${viewer.known} and viewer = ${text('viewer')})`,
      `for insert to ${app} with check (${viewer.known} and viewer = ${text('viewer')})`,
    ],
  };
  const statements = [
    ...Object.entries(table).flatMap(([name, rules]) => protectedTable(name, roles, rules)),
    // What a policy cannot say, since it sees one side of a change only: what may become of what.
    `create function practice_guard() returns trigger language plpgsql set search_path = pg_catalog, public as $$
   begin
     if current_user <> '${app}' then return new; end if;
     if new.stage <> old.stage and not (new.stage = 'SUBMITTED' and old.stage in ('DRAFT', 'DECLINED')) then
       raise exception 'a practice goes from DRAFT to SUBMITTED' using errcode = '42501';
     end if;
     if old.withdrawn_at is not null then
       raise exception 'a withdrawn practice stays as it is' using errcode = '42501';
     end if;
     if old.stage <> 'DRAFT' and new.slug <> old.slug then
       raise exception 'a slug stays once others know it' using errcode = '42501';
     end if;
     if not (old.owner = any (${viewer.submitters}))
        and ((new.audience, new.stage, new.withdrawn_at, new.lapses, new.lapses_at) is distinct from (old.audience, old.stage, old.withdrawn_at, old.lapses, old.lapses_at)
          or old.stage <> 'DRAFT' and (new.marking, new.section_markings) is distinct from (old.marking, old.section_markings)) then
       raise exception 'a focal point, an alternate or an officer of the owner decides this' using errcode = '42501';
     end if;
     return new;
   end $$`,
    `create trigger practice_guard before update on practice for each row execute function practice_guard()`,
    `create function practice_version_guard() returns trigger language plpgsql set search_path = pg_catalog, public as $$
   begin
     if current_user = '${app}' and old.submitted_at is not null and
        (new.title, new.original_language, new.themes, new.pillars, new.regions, new.type, new.change_note, new.submitted_at, new.submitted_by, new.review_by)
          is distinct from
        (old.title, old.original_language, old.themes, old.pillars, old.regions, old.type, old.change_note, old.submitted_at, old.submitted_by, old.review_by) then
       raise exception 'a submitted version stays as it is' using errcode = '42501';
     end if;
     return new;
   end $$`,
    `create trigger practice_version_guard before update on practice_version for each row execute function practice_version_guard()`,
    `grant select, insert, delete on practice, practice_version, practice_section to ${app}`,
    `grant update (slug, marking, audience, section_markings, lapses, lapses_at, stage, revision, withdrawn_at) on practice to ${app}`,
    `grant update (state, title, original_language, themes, pillars, regions, type, change_note, updated_at,
     submitted_at, submitted_by, review_by) on practice_version to ${app}`,
    `grant select on practice_curation, review_assignment to ${app}`,
    `grant select, insert on idempotency_key, consent_record, access_request, access_grant to ${app}`,
    `grant update (status, decided_at, decided_by, decline_reason) on access_request to ${app}`,
    `grant update (ended_at, ended_by) on access_grant to ${app}`,
  ];
  return { tables: Object.keys(table), functions: ['practice_guard', 'practice_version_guard'], statements };
}

/** Public tables are read by all; of these the run-time role writes what it follows in membership's log. */
export const publicRules = ({ app, definer }: Roles): Rules => ({
  tables: [],
  functions: [],
  statements: [
    `grant select on ${publicTables.join(', ')} to ${app}, ${definer}`,
    `grant insert, update, delete on membership to ${app}`,
    `grant update on membership_progress to ${app}`,
  ],
});

/** Events are appended by who decides for the owner, and say what the practice has become; membership's changes by the
 *  process itself, for no viewer. */
export const mayAppend = `type = 'MEMBERSHIP_CHANGED' and not ${viewer.known}
  or type in ('SUBMITTED', 'REVISED', 'WITHDRAWN', 'AUDIENCE_CHANGED', 'ACCESS_CHANGED')
    and exists (select 1 from public.practice p where p.key = event.practice_key and p.owner = event.owner
      and p.owner = any (${viewer.submitters}) and p.origin = 'SUBMISSION'
      and (event.marking_after, event.audience_after, event.sections_after, event.stage_after)
        is not distinct from (p.marking, p.audience, p.section_markings, p.stage))`;

/** Whether the viewer may see a version, by number; for events of versions a reader may not know of. */
export const seesVersionNumbered = (p: Image, practiceKey: string, number: string): string =>
  `exists (select 1 from public.practice_version n where n.practice_key = ${practiceKey} and n.number = ${number}
     and ${seesVersion(p, 'n')})`;
