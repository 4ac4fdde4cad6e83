import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { connected } from '../src/databases.js';
import { type FreshDatabase, freshDatabase } from '../src/testing.js';

const made: FreshDatabase[] = [];
let migrations = 0;
const fresh = async (template?: string) => {
  const database = await freshDatabase(
    'region',
    (ownerUrl) =>
      connected(ownerUrl, async (owner) => {
        migrations += 1;
        await owner.query('create table place (name text); grant select, insert on place to region_app');
      }),
    { ...(template && { template }) },
  );
  made.push(database);
  return database;
};
const count = (url: string) =>
  connected(url, async (client) => Number((await client.query('select count(*) as n from place')).rows[0].n));

afterAll(() => Promise.all(made.map((database) => database.drop())));

test('many ask at once: the template is migrated once, and each gets a database of its own with its grants', async () => {
  const [first, ...others] = await Promise.all([fresh(), fresh(), fresh(), fresh()]);
  expect(migrations).toBe(1);
  await connected(first!.url, (app) => app.query(`insert into place values ('Nairobi')`));
  expect(await count(first!.url)).toBe(1);
  for (const other of others) expect(await count(other.url)).toBe(0);
  await expect(connected(first!.url, (app) => app.query('drop table place'))).rejects.toMatchObject({ code: '42501' });
});

test('a clone is closed to the roles of other services', async () => {
  const { url } = await fresh();
  await connected(made[0]!.adminUrl, async (admin) => {
    const { rows } = await admin.query(`select has_database_privilege('practice_app', $1, 'connect') as may`, [
      new URL(url).pathname.slice(1),
    ]);
    expect(rows).toEqual([{ may: false }]);
  });
});

test('another template name is another template', async () => {
  const before = migrations;
  expect(await count((await fresh('other')).url)).toBe(0);
  expect(migrations).toBe(before + 1);
});

test('a test file that leaves a server open fails', async () => {
  const jest = fileURLToPath(new URL('../../../node_modules/jest/bin/jest.js', import.meta.url));
  const cwd = fileURLToPath(new URL('./fixtures/leak', import.meta.url));
  const { code, output } = await new Promise<{ code: unknown; output: string }>((done) =>
    execFile(process.execPath, ['--experimental-vm-modules', jest], { cwd }, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, output: stdout + stderr }),
    ),
  );
  expect(output).toMatch(/left open: 1 TCP/);
  expect(code).toBe(1);
});
