/** What the small commands beside npm start do: token, reset, bootstrap. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DataFolder, type RunningHub, dataFolder, readJson, removeDataFolder } from './dataFolder.js';
import { urlTo } from './databases.js';
import { allowedRoles, developmentRoles, isDevelopmentRole } from './developmentRoles.js';
import { developmentToken } from './developmentToken.js';
import { holder, take } from './lock.js';
import { OneLineError } from './oneLineError.js';
import { findPostgres, removePostgres, startPostgres } from './postgres.js';
import { secretsOf } from './secrets.js';

export interface Command {
  root: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** Prints an access token for one development role. */
export async function printToken({ root, args, env }: Command): Promise<void> {
  const roles = developmentRoles(root);
  const [role = '', ...more] = args;
  if (more.length > 0 || !isDevelopmentRole(role, roles))
    throw new OneLineError(
      `${role ? `Unknown role ${args.join(' ')}` : 'Which role? npm run -s token -- <role>'}; allowed: ${allowedRoles(roles)}.`,
    );
  const folder = dataFolder(root, env);
  const running = readJson<RunningHub>(folder.running);
  if (!running || !holder(folder))
    throw new OneLineError(
      `The hub is not running on ${folder.path}: start it with npm start and wait until it is ready.`,
    );
  process.stdout.write(`${await developmentToken(running, secretsOf(folder), role)}\n`);
}

/** Stops an embedded server that was left over, and deletes the data folder. */
export async function reset({ root, env }: Command): Promise<void> {
  const folder = dataFolder(root, env);
  if (!existsSync(folder.path)) return void process.stdout.write(`There is nothing to delete at ${folder.path}.\n`);
  const running = holder(folder);
  if (running) throw new OneLineError(`The hub is running on ${folder.path} (process ${running.pid}): stop it first.`);
  take(folder);
  await removePostgres(folder.postgres);
  removeDataFolder(folder);
  process.stdout.write(
    `Deleted ${folder.path}.${env['DATABASE_URL'] ? ' The databases behind DATABASE_URL are as they were.' : ''}\n`,
  );
}

/** Runs membership's bootstrap with the owner's rights on its database; the answer is its exit code. */
export async function bootstrap({ root, args, env }: Command): Promise<number> {
  const script = join(root, 'services/membership/dist/bootstrap.js');
  if (!existsSync(script)) throw new OneLineError(`${script} is missing: run npm run build.`);
  const run = (ownerUrl: string) =>
    new Promise<number>((done, failed) => {
      const child = spawn(process.execPath, [script, ...args], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...env, MEMBERSHIP_OWNER_DATABASE_URL: ownerUrl },
      });
      child.once('error', failed).once('close', (code) => done(code ?? 1));
    });
  if (env['MEMBERSHIP_OWNER_DATABASE_URL']) return run(env['MEMBERSHIP_OWNER_DATABASE_URL']);
  const folder = dataFolder(root, env);
  if (!existsSync(folder.secrets))
    throw new OneLineError(
      `No hub was ever started on ${folder.path}: run npm start first, or give MEMBERSHIP_OWNER_DATABASE_URL.`,
    );
  const ownerUrl = (adminUrl: string) =>
    urlTo(adminUrl, 'membership', 'membership_owner', secretsOf(folder).passwords.membership.owner);
  if (env['DATABASE_URL']) return run(ownerUrl(env['DATABASE_URL']));
  if (holder(folder)) {
    const server = await findPostgres(folder.postgres);
    if (!server)
      throw new OneLineError(
        'The hub is just starting, or its database is not embedded: try again once it is ready, with the same DATABASE_URL.',
      );
    return run(ownerUrl(server.adminUrl));
  }
  return withOwnServer(folder, (adminUrl) => run(ownerUrl(adminUrl)));
}

/** The hub is not running: its embedded server runs just for this. */
async function withOwnServer(folder: DataFolder, work: (adminUrl: string) => Promise<number>): Promise<number> {
  const release = take(folder);
  const server = await startPostgres({ dataDir: folder.postgres });
  try {
    return await work(server.adminUrl);
  } finally {
    await server.stop();
    release();
  }
}
