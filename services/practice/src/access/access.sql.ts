/**
 * The access log in the database: `access_queue`, where processes put what was read, and `access_log`, where one
 * chainer at a time gives it numbers and hashes. `access_log_head` keeps where each batch ended.
 *
 * The run-time role may append to the queue, as the process itself and never within a viewer's transaction, and that
 * is all it may write. Numbers, hashes and heads are given by `chain_accesses`, which belongs to the definer role. What
 * is in the log stays as it is: a trigger refuses changes to everybody, policies and grants refuse them again.
 */
import type { Rules } from '@hub/kit/migrate';
import { type Roles, viewer } from '../practice/practice.visibility.js';
import { sectionNames } from '../practice/vocabulary.js';
import { AccessChannel } from './access.js';

const noHash = `'\\x${'00'.repeat(32)}'::bytea`;
const quoted = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');

const columns = `
  at timestamptz not null,
  viewer_kind text not null,
  viewer_key uuid,
  role text,
  "of" text,
  practice_key uuid not null,
  version int not null,
  sections text[] not null,
  channel text not null,
  own boolean not null,
  times int not null`;
/** Asked where accesses come in; the log is filled from there alone. None of the values has a line break, see \`canonical\`. */
const checks = `
  check (viewer_kind in ('anonymous', 'person', 'client')),
  check ((viewer_kind = 'anonymous') = (viewer_key is null)),
  check (role not like E'%\\n%'),
  check ("of" not like E'%\\n%'),
  check (sections <@ array[${quoted(sectionNames)}] and sections <> '{}'),
  check (channel in (${quoted(Object.values(AccessChannel))})),
  check (times > 0)`;
const names = 'at, viewer_kind, viewer_key, role, "of", practice_key, version, sections, channel, own, times';

/** A moment as it is chained, to the microsecond. */
export const exactly = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The text that is chained. access.ts has the same in TypeScript, on purpose: who verifies trusts no function of the database. */
const canonical = (e: string) =>
  `concat_ws(E'\\n', ${exactly(`${e}.at`)}, ${e}.viewer_kind, coalesce(${e}.viewer_key::text, ''), coalesce(${e}.role, ''),
     coalesce(${e}."of", ''), ${e}.practice_key::text, ${e}.version::text, array_to_string(${e}.sections, ','),
     ${e}.channel, ${e}.own::text, ${e}.times::text)`;

const accessTables = ['access_queue', 'access_log', 'access_log_head'] as const;

/** The tables. */
export const accessLogTablesSql = [
  `create table access_queue (id bigint generated always as identity primary key, ${columns}, ${checks})`,
  `create table access_log (number bigint primary key check (number > 0), ${columns},
     previous bytea not null, hash bytea not null)`,
  `create index access_log_practice on access_log (practice_key, number)`,
  `create table access_log_head (last bigint primary key, hash bytea not null, at timestamptz not null)`,
  `insert into access_log_head (last, hash, at) values (0, ${noHash}, now())`,
];

/** Who may do what to them, and the functions that number, chain and show. */
export function accessLogRules({ owner, app, definer }: Roles): Rules {
  const ofOwner = `exists (select 1 from public.practice p where p.key = practice and p.owner = any (${viewer.submitters}))`;
  const shown = `number bigint, at timestamptz, role text, "of" text, version int, sections text[], channel text, times int`;
  const page = (order: 'asc' | 'desc') =>
    `return query select a.number, a.at, a.role, a."of", a.version, a.sections, a.channel, a.times from public.access_log a
       where a.practice_key = practice and not a.own and a.number > above and a.number < below
       order by a.number ${order} limit most;`;
  const statements = [
    // What is written stays: nobody changes or empties these tables, and what waits is taken by the chainer alone.
    `create function access_log_guard() returns trigger language plpgsql set search_path = pg_catalog, public as $$
     begin
       if tg_table_name = 'access_queue' and tg_op = 'DELETE' and current_user = '${definer}' then return null; end if;
       raise exception 'the access log stays as it was written' using errcode = '42501';
     end $$`,
    ...accessTables.map(
      (table) =>
        `create trigger access_log_guard before update or delete or truncate on ${table}
           for each statement execute function access_log_guard()`,
    ),

    ...accessTables.flatMap((table) => [
      `revoke all on ${table} from ${app}, ${definer}`,
      `alter table ${table} enable row level security`,
      `alter table ${table} force row level security`,
      `create policy ${table}_owner on ${table} for all to ${owner} using (true) with check (true)`,
      `create policy ${table}_definer on ${table} for all to ${definer} using (true) with check (true)`,
    ]),
    `create policy access_queue_append on access_queue for insert to ${app} with check (${viewer.none})`,
    `create policy access_log_audit on access_log for select to ${app} using (${viewer.auditor})`,
    `create policy access_log_head_audit on access_log_head for select to ${app} using (${viewer.auditor})`,
    `grant insert on access_queue to ${app}`,
    `grant select on access_log, access_log_head to ${app}`,
    `grant select, delete on access_queue to ${definer}`,
    `grant select, insert on access_log, access_log_head to ${definer}`,

    // Running over a batch, each entry's hash goes on from the one before.
    `create function access_link(before bytea, seed bytea, entry text) returns bytea language plpgsql immutable as $$
     begin return pg_catalog.sha256(coalesce(before, seed) || pg_catalog.convert_to(entry, 'UTF8')); end $$`,
    `create aggregate access_chain(bytea, text) (sfunc = access_link, stype = bytea)`,
    `create function chain_accesses(most int, moment timestamptz) returns int language plpgsql security definer
       set search_path = pg_catalog, public, pg_temp as $$
     declare
       head public.access_log_head;
       chained int;
     begin
       if not exists (select 1 from public.access_queue) then return 0; end if;
       if not pg_try_advisory_xact_lock(hashtext('hub.access_log')) then return 0; end if;
       select * into strict head from public.access_log_head order by last desc limit 1;
       with taken as (
         delete from public.access_queue where id in (select id from public.access_queue order by id limit most) returning *
       ), placed as (
         select t.*, head.last + row_number() over (order by t.id) as number,
           public.access_chain(head.hash, ${canonical('t')}) over (order by t.id) as hash
         from taken t
       )
       insert into public.access_log (number, ${names}, previous, hash)
       select number, ${names}, coalesce(lag(hash) over (order by id), head.hash), hash from placed;
       get diagnostics chained = row_count;
       if chained > 0 then
         insert into public.access_log_head (last, hash, at)
         select number, hash, moment from public.access_log where number = head.last + chained;
       end if;
       return chained;
     end $$`,

    // What an owner's focal points, alternates and officers see: everything but who it was.
    `create function read_accesses(practice uuid, above bigint, below bigint, newest_first boolean, most int) returns table (${shown})
       language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
     begin
       if not ${ofOwner} then return; end if;
       if newest_first then ${page('desc')} else ${page('asc')} end if;
     end $$`,
    `create function count_accesses(practice uuid) returns int
       language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
       select count(*)::int from public.access_log a where a.practice_key = practice and not a.own and ${ofOwner} $$`,
    ...[
      ['access_link(bytea, bytea, text)', definer],
      ['chain_accesses(int, timestamptz)', app],
      ['read_accesses(uuid, bigint, bigint, boolean, int)', app],
      ['count_accesses(uuid)', app],
    ].flatMap(([name, role]) => [
      `revoke all on function ${name} from public`,
      `grant execute on function ${name} to ${role}`,
    ]),
    ...[
      'chain_accesses(int, timestamptz)',
      'read_accesses(uuid, bigint, bigint, boolean, int)',
      'count_accesses(uuid)',
    ].map((name) => `alter function ${name} owner to ${definer}`),
  ];
  return {
    tables: [...accessTables],
    functions: ['access_log_guard', 'access_link', 'chain_accesses', 'read_accesses', 'count_accesses'],
    statements,
  };
}
