/** Makes the hub's roles and databases on the server of DATABASE_URL: the deployment's first step, see docker/. */
import { type Passwords, prepareDatabases, services } from './databases.js';
import { exitWith, OneLineError } from './oneLineError.js';

const nameOf = (service: string, kind: string) => `${service.toUpperCase()}_${kind.toUpperCase()}_PASSWORD`;

try {
  const missing = [
    'DATABASE_URL',
    ...services.flatMap((service) => [nameOf(service, 'owner'), nameOf(service, 'app')]),
  ].filter((name) => !process.env[name]);
  if (missing.length > 0) throw new OneLineError(`Missing in the environment: ${missing.join(', ')}.`);
  const given = (service: string, kind: string) => process.env[nameOf(service, kind)]!;
  const passwords = Object.fromEntries(
    services.map((service) => [service, { owner: given(service, 'owner'), app: given(service, 'app') }]),
  ) as Passwords;
  await prepareDatabases(process.env['DATABASE_URL']!, passwords);
} catch (error) {
  exitWith(error);
}
