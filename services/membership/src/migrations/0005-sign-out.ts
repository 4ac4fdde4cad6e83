import type { MigrationInterface, QueryRunner } from 'typeorm';
import { signOutTableSql } from '../identity/sign-out.sql.js';

/** Who signed out when, in a table and in the log. */
export class SignOut1700000000005 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of [...signOutTableSql, ...logged]) await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

/** An entry of the log may be a sign-out: then it names issuer, subject and session, and none of the rest. */
const logged = [
  `alter table membership_event add column issuer text, add column subject text, add column session text`,
  // The rules for all other entries stay whatever they are by now.
  `do $$
   declare rule record;
   begin
     for rule in select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
                  where conrelid = 'public.membership_event'::regclass and contype = 'c'
     loop
       execute format('alter table public.membership_event drop constraint %I', rule.name);
       execute format('alter table public.membership_event add constraint %I check (type = ''SIGNED_OUT'' or (%s))',
         rule.name, substring(rule.definition from '^CHECK \\((.*)\\)$'));
     end loop;
   end $$`,
  `alter table membership_event add constraint membership_event_sign_out check (case when type = 'SIGNED_OUT'
     then issuer is not null and num_nonnulls(subject, session) > 0 and num_nonnulls(state, body, person, role) = 0
     else num_nonnulls(issuer, subject, session) = 0 end)`,
];
