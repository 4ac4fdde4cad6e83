/**
 * Who may know of a practice: one table with a row per marking, rendered into the row-level policies and the event
 * reader, so that they cannot drift apart. What is not said here is hidden.
 *
 * *viewer settings*: what the session tells PostgreSQL about the viewer (`viewerSettings`), set per transaction; a
 * policy reads them wrapped in a sub-select, once per statement and not once per row. No setting, no rows.
 * *image*: the columns visibility hangs on, of a practice as it is now or as an event recorded it.
 */
import { arrayLiteral, type Settings } from '@hub/kit/database';
import type { Rules } from '@hub/kit/migrate';
import { type MarkingName, type Viewer, groupsOf, hasScope, holds, isVetted } from '@hub/kit/viewer';

/** The columns visibility hangs on, as SQL. */
export interface Image {
  key: string;
  owner: string;
  marking: string;
  audience: string;
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
  person: text('person'),
  owners: list('owners'),
  submitters: list('submitters'),
  reviewer: text('reviewer'),
  curator: flag('curator'),
  auditor: flag('auditor'),
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
    'hub.person': person && isVetted(asker) ? `p:${asker.key}` : '',
    'hub.owners': arrayLiteral(person ? holds(asker, 'CONTRIBUTOR', 'FOCAL_POINT', 'ALTERNATE', 'OFFICER') : []),
    'hub.submitters': arrayLiteral(person ? holds(asker, 'FOCAL_POINT', 'ALTERNATE', 'OFFICER') : []),
    'hub.reviewer': has('REVIEWER') ? asker.key! : '',
    'hub.curator': has('CURATOR') ? 'on' : 'off',
    'hub.auditor': has('AUDITOR') ? 'on' : 'off',
  };
}

/** Who may know of a submitted practice, by marking. TLP 2.0, first.org/tlp. A new marking does not compile without its row. */
export const seenBy: Record<MarkingName, (p: Image) => string> = {
  CLEAR: (p) => `(${p.stage} = 'PUBLISHED' or ${viewer.vetted})`,
  GREEN: () => viewer.vetted,
  AMBER: (p) => `${p.audience} && ${viewer.groups}`,
  AMBER_STRICT: (p) => `${p.audience} && ${viewer.strictGroups}`,
  RED: (p) => `(${viewer.person} <> '' and ${p.audience} @> array[${viewer.person}])`,
};

const byMarking = (marking: string, p: Image): string =>
  `case ${marking} ${Object.entries(seenBy)
    .map(([name, rule]) => `when '${name}' then ${rule(p)}`)
    .join(' ')} else false end`;

const owned = (p: Image) => `${p.owner} = any (${viewer.owners})`;
const assigned = (p: Image) =>
  `(${viewer.reviewer} <> '' and exists (select 1 from public.review_assignment a
     where a.practice_key = ${p.key} and a.person_key::text = ${viewer.reviewer} and a.ended_at is null))`;

/** The header: the owner always; of what was submitted the assigned reviewers, the curators except RED, and whom the marking names. */
export const seesHeader = (p: Image): string =>
  `(${viewer.known} and (${owned(p)} or (${p.stage} <> 'DRAFT' and (
     ${assigned(p)}
     or (${viewer.curator} and ${p.marking} <> 'RED')
     or (${p.stage} <> 'DECLINED' and ${byMarking(p.marking, p)})))))`;

/** A section: whom its own marking *and* the practice's name; the curators' view of headers opens none. */
export const seesSection = (p: Image, sectionMarking: string): string =>
  `(${owned(p)} or (${p.stage} <> 'DRAFT' and (
     ${assigned(p)}
     or (${p.stage} <> 'DECLINED' and ${byMarking(p.marking, p)} and ${byMarking(sectionMarking, p)}))))`;

/** A version: the owner sees all; others what was submitted, the declined only with the header's insiders, and who
 *  sees a practice only because it is published, what was published. */
export const seesVersion = (p: Image, version: string): string =>
  `(${owned(p)} or (${version}.submitted_at is not null
     and (${version}.state <> 'DECLINED' or ${viewer.curator} or ${assigned(p)})
     and (${viewer.vetted} or ${version}.published_at is not null)))`;

export const practiceImage = (alias: string): Image => ({
  key: `${alias}.key`,
  owner: `${alias}.owner`,
  marking: `${alias}.marking`,
  audience: `${alias}.audience`,
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
  const table: Record<string, string[]> = {
    practice: [
      `for select to ${app} using (${seesHeader(ownRow)})`,
      `for insert to ${app} with check (owner = any (${viewer.owners}) and origin = 'SUBMISSION' and stage = 'DRAFT'
        and withdrawn_at is null and consent is null and (audience is null or owner = any (${viewer.submitters}))
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
      `for select to ${app} using (${versionParent(`p.withdrawn_at is null and ${seesSection(p, 'coalesce(practice_section.marking, p.marking)')}`)})`,
      `for insert to ${app} with check (${versionParent(`v.submitted_at is null and ${mayWrite}`)})`,
      `for delete to ${app} using (${versionParent(`v.submitted_at is null and ${mayWrite}`)})`,
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
        and ((new.audience, new.stage, new.withdrawn_at, new.consent) is distinct from (old.audience, old.stage, old.withdrawn_at, old.consent)
          or old.stage <> 'DRAFT' and new.marking <> old.marking) then
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
    `grant update (slug, marking, audience, stage, revision, withdrawn_at, consent) on practice to ${app}`,
    `grant update (state, title, original_language, themes, pillars, regions, type, change_note, updated_at,
     submitted_at, submitted_by, review_by) on practice_version to ${app}`,
    `grant select on practice_curation, review_assignment to ${app}`,
    `grant select, insert on idempotency_key to ${app}`,
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
  or type in ('SUBMITTED', 'REVISED', 'WITHDRAWN', 'AUDIENCE_CHANGED')
    and exists (select 1 from public.practice p where p.key = event.practice_key and p.owner = event.owner
      and p.owner = any (${viewer.submitters}) and p.origin = 'SUBMISSION'
      and (event.marking_after, event.audience_after, event.stage_after) is not distinct from (p.marking, p.audience, p.stage))`;

/** Whether the viewer may see a version, by number; for events of versions a reader may not know of. */
export const seesVersionNumbered = (p: Image, practiceKey: string, number: string): string =>
  `exists (select 1 from public.practice_version n where n.practice_key = ${practiceKey} and n.number = ${number}
     and ${seesVersion(p, 'n')})`;
