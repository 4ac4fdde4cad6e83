import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type DatabaseUrls,
  type Service,
  connected,
  newPasswords,
  prepareDatabases,
  prepareRoles,
  services,
} from '../src/databases.js';
import { testPostgres } from '../src/testing.js';

const { adminUrl, passwords } = testPostgres();
let urls: Record<Service, DatabaseUrls>;
beforeAll(async () => {
  urls = await prepareDatabases(adminUrl, passwords, { suffix: '_isolation' });
});
afterAll(() =>
  connected(adminUrl, async (admin) => {
    for (const service of services) await admin.query(`drop database ${service}_isolation with (force)`);
  }),
);

const each = services.map((service) => [service] as const);

test.each(each)(
  'the run-time role of %s is neither superuser, nor bypassrls, nor owner of anything',
  async (service) => {
    await connected(urls[service].url, async (app) => {
      const { rows } = await app.query(`select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
      (select count(*)::int from pg_database where datdba = r.oid) as databases,
      (select count(*)::int from pg_namespace where nspowner = r.oid) as schemas,
      (select count(*)::int from pg_auth_members where member = r.oid) as memberships
      from pg_roles r where rolname = current_user`);
      expect(rows).toEqual([
        {
          rolsuper: false,
          rolbypassrls: false,
          rolcreatedb: false,
          rolcreaterole: false,
          databases: 0,
          schemas: 0,
          memberships: 0,
        },
      ]);
      await expect(app.query('create table mine (n int)')).rejects.toMatchObject({ code: '42501' });
      await expect(app.query('create temporary table mine (n int)')).rejects.toMatchObject({ code: '42501' });
    });
  },
);

test.each(services.flatMap((from) => services.filter((to) => to !== from).map((to) => [from, to] as const)))(
  'the roles of %s cannot connect to the database of %s',
  async (from, to) => {
    for (const url of [urls[from].url, urls[from].ownerUrl]) {
      const other = new URL(url);
      other.pathname = `/${to}_isolation`;
      await expect(connected(other.href, (client) => client.query('select 1'))).rejects.toThrow(
        /permission denied for database/,
      );
    }
  },
);

test.each(each)('the owner of %s gives a function to the definer and does not inherit its rights', async (service) => {
  await connected(urls[service].ownerUrl, async (owner) => {
    await owner.query('create function answer() returns int language sql security definer as $$ select 42 $$');
    await owner.query(`alter function answer() owner to ${service}_definer`);
    await owner.query(`create table kept (n int)`);
    const { rows } = await owner.query(`select pg_has_role(current_user, '${service}_definer', 'usage') as inherits,
      pg_has_role(current_user, '${service}_definer', 'set') as may`);
    expect(rows).toEqual([{ inherits: false, may: true }]);
  });
});

test('it may be run again: data stay, passwords become the new ones', async () => {
  const again = newPasswords();
  const renewed = await prepareDatabases(adminUrl, again, { suffix: '_isolation' });
  try {
    await expect(connected(urls.region.url, (client) => client.query('select 1'))).rejects.toThrow(
      /password authentication failed/,
    );
    await connected(renewed.practice.ownerUrl, async (owner) => {
      expect((await owner.query(`select to_regclass('kept') is not null as kept`)).rows).toEqual([{ kept: true }]);
    });
  } finally {
    await prepareRoles(adminUrl, passwords);
  }
});

test('a server that does not answer is reported in one line', async () => {
  await expect(prepareDatabases('postgres://nobody:x@127.0.0.1:1/postgres', passwords)).rejects.toThrow(
    /^The database at 127\.0\.0\.1:1 cannot be reached .*$/,
  );
});
