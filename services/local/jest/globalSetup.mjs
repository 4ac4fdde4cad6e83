/** One PostgreSQL per jest run, in a temporary folder, with the hub's roles. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPasswords, prepareRoles } from '../dist/databases.js';
import { startPostgres } from '../dist/postgres.js';
import { testPostgresVariable } from '../dist/testing.js';

export default async function globalSetup() {
  const dataDir = mkdtempSync(join(tmpdir(), 'hub-jest-'));
  const server = await startPostgres({ dataDir, fast: true, discard: true });
  globalThis.hubTestPostgres = server;
  const passwords = newPasswords();
  await prepareRoles(server.adminUrl, passwords);
  process.env[testPostgresVariable] = JSON.stringify({ adminUrl: server.adminUrl, passwords });
}
