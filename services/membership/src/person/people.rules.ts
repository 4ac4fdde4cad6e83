/** Row-level policies and guards of persons, roles, invitations, API clients and keys, rendered from the tables beside. */
import type { EventLogRoles } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';
import { writes } from './person.permissions.js';
import { publicTables, seenBy } from './person.visibility.js';
import { asking, isCurrent } from './viewer.settings.js';

export const peopleRules = (roles: EventLogRoles): Rules => ({
  tables: Object.keys(seenBy),
  functions: ['only_shortened', 'keep_a_curator', 'named_among_their_own'],
  statements: [
    `grant select on ${publicTables.join(', ')} to ${roles.app}, ${roles.definer}`,
    ...Object.keys(seenBy).flatMap((table) => protectedTable(table, roles)),
    ...guards(roles),
  ],
});

/** Read policies stand apart from write policies: an owner may have to write what hides a row from them. */
const protectedTable = (table: string, { owner, app, definer }: EventLogRoles): string[] => {
  const read = seenBy[table];
  return [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `revoke all on ${table} from ${app}, ${definer}`,
    `create policy ${table}_owner on ${table} for all to ${owner} using (true) with check (true)`,
    `create policy ${table}_definer on ${table} for select to ${definer} using (true)`,
    `grant select on ${table} to ${definer}`,
    ...(read
      ? [
          `create policy ${table}_read on ${table} for select to ${app} using (${read.rows})`,
          `grant select${listOf(read.columns)} on ${table} to ${app}`,
        ]
      : []),
    ...(writes[table] ?? []).flatMap(({ command, columns, rows }) => [
      `create policy ${table}_${command} on ${table} for ${command} to ${app}
         ${command === 'insert' ? '' : `using (${rows})`} with check (${rows})`,
      `grant ${command}${listOf(columns)} on ${table} to ${app}`,
    ]),
  ];
};

const listOf = (columns: readonly string[] | undefined) => (columns ? ` (${columns.join(', ')})` : '');

/** What a policy cannot say, since it sees one side of a change only: what may become of what. */
const guards = ({ app, definer }: EventLogRoles): string[] => [
  `create function only_shortened() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
   declare
     before timestamptz := to_jsonb(old) ->> tg_argv[0];
     later timestamptz := to_jsonb(new) ->> tg_argv[0];
   begin
     if current_user = '${app}' and (later is null or later > before) then
       raise exception 'what was ended is not taken up again' using errcode = '42501';
     end if;
     return new;
   end $$`,
  ...Object.entries({
    person_role: 'valid_until',
    api_client: 'ended_at',
    api_key: 'revoked_at',
    invitation: 'withdrawn_at',
  }).map(
    ([table, column]) =>
      `create trigger ${table}_shortened before update of ${column} on ${table}
         for each row execute function only_shortened('${column}')`,
  ),
  // Who is of no role of a State or body yet is invited to it, and accepts: see invitation/accept-invitation.sql.ts.
  `create function named_among_their_own() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
   begin
     if current_user = '${app}' and not coalesce(${asking.curator}, false) and not exists (
       select from public.person_role r where r.person_key = new.person_key and r.of = new.of and ${isCurrent('r')}
     ) then
       raise exception 'who is not of a State or body yet is invited to it' using errcode = '42501';
     end if;
     return new;
   end $$`,
  `create trigger person_role_named before insert on person_role for each row execute function named_among_their_own()`,
  // Definer: who ends a role need not see who else is a curator. The lock lets two who end each other's see each other.
  `create function keep_a_curator() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
   begin
     perform pg_advisory_xact_lock(hashtext('hub.curators'));
     if not exists (select from public.person_role where role = 'CURATOR' and valid_until is null) then
       raise exception 'the hub keeps a curator' using errcode = '23514', constraint = 'person_role_last_curator';
     end if;
     return null;
   end $$`,
  `create trigger person_role_last_curator after update of valid_until on person_role
     for each row when (old.role = 'CURATOR' and old.valid_until is null and new.valid_until is not null)
     execute function keep_a_curator()`,
  `revoke all on function keep_a_curator() from public`,
  `alter function keep_a_curator() owner to ${definer}`,
];
