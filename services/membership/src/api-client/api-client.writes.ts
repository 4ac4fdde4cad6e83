/** What is done to API clients and their keys: each in the caller's transaction, checks first, the event last. */
import { randomUUID } from 'node:crypto';
import { isUniqueViolation } from '@hub/kit/database';
import { HubError } from '@hub/kit/errors';
import { hashOfSecret, newSecret, startOfSecret } from '@hub/kit/secret';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import type { Token, Viewer } from '@hub/kit/viewer';
import type { EntityManager } from 'typeorm';
import { append } from '../event/append.js';
import { speaksFor } from '../person/person.permissions.js';
import type { CreateApiClientInput, CreateApiKeyInput, RotateApiKeyInput } from './api-client.input.js';
import { clientFaults, keyExpiry, maxWorkingKeys, overlapEnd } from './api-client.rules.js';
import { ApiClient } from './api-client.js';
import { ApiKey } from './api-key.js';

/** Made, or what is to be put right. */
export type Made<T> = T | { userErrors: UserError[] };
export const isRefused = (made: object): made is { userErrors: UserError[] } => 'userErrors' in made;

const refused = (...userErrors: UserError[]) => ({ userErrors });
const fault = (path: string, message: string) => new UserError([path], UserErrorCode.INVALID, message);

export async function createClient(
  tx: EntityManager,
  input: CreateApiClientInput,
  owner: Token | UserError,
  viewer: Viewer,
  now: Date,
): Promise<Made<{ client: string }>> {
  const faults = clientFaults(input, now);
  if (owner instanceof UserError) return refused(owner, ...faults);
  if (!speaksFor(viewer, owner))
    faults.unshift(
      new UserError(
        ['owner', owner.startsWith('s:') ? 'memberState' : 'regionalBody'],
        UserErrorCode.NOT_PERMITTED,
        'A State’s focal point or alternate, or a body’s officer, creates its clients.',
      ),
    );
  if (faults.length > 0) return refused(...faults);
  const client = randomUUID();
  try {
    await tx.query(
      `insert into api_client (key, name, owner, scopes, ceiling, expires_at, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [client, input.name.trim(), owner, [...new Set(input.scopes)], input.ceiling, input.expiresAt ?? null, now],
    );
  } catch (error) {
    if (!isUniqueViolation(error, 'api_client_named')) throw error;
    // A retry of what went through ends here, too: it makes no second client.
    throw new NameTaken();
  }
  await append(tx, { type: 'CLIENT_CREATED', client, owner }, now);
  return { client };
}

/** Thrown, so that the transaction that met it is rolled back. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}
export const nameTaken = () =>
  new UserError(['name'], UserErrorCode.CONFLICT, 'There is a client of this name: end it first, or choose another.');

/** Ends a client, and so all its keys. Ending it again changes nothing. */
export async function endClient(tx: EntityManager, key: string, viewer: Viewer, now: Date): Promise<void> {
  const client = await clientToChange(tx, key, viewer);
  if (client.endedAt && client.endedAt <= now) return;
  const [, ended] = await tx.query<[unknown, number]>(
    'update api_client set ended_at = $2 where key = $1 and (ended_at is null or $2 < ended_at)',
    [key, now],
  );
  if (ended) await append(tx, { type: 'CLIENT_ENDED', client: key, owner: client.owner }, now);
}

export interface NewKey {
  client: string;
  key: string;
  secret: string;
}

export async function createKey(
  tx: EntityManager,
  clientKey: string,
  input: CreateApiKeyInput,
  viewer: Viewer,
  now: Date,
): Promise<Made<NewKey>> {
  const client = await clientToChange(tx, clientKey, viewer);
  if (hasEnded(client, now)) return refused(fault('clientId', 'The client has ended: create another.'));
  const expiresAt = keyExpiry(input, now);
  const faults = expiresAt instanceof UserError ? [expiresAt] : [];
  if ((await workingKeys(tx, clientKey, now)) >= maxWorkingKeys)
    faults.push(
      new UserError(
        ['clientId'],
        UserErrorCode.TOO_MANY,
        `A client has at most ${maxWorkingKeys} working keys: revoke one first.`,
      ),
    );
  if (expiresAt instanceof UserError || faults.length > 0) return refused(...faults);
  return insertKey(tx, client, expiresAt, now);
}

/** A new key in place of an old one, which goes on for the overlap. */
export async function rotateKey(
  tx: EntityManager,
  key: string,
  input: RotateApiKeyInput,
  viewer: Viewer,
  now: Date,
): Promise<Made<NewKey>> {
  const { old, client } = await keyToChange(tx, key, viewer);
  if (hasEnded(client, now) || !works(old, now))
    return refused(fault('keyId', 'The key does not work any more: create another.'));
  const expiresAt = keyExpiry(input, now, old.expiresAt.getTime() - old.createdAt.getTime());
  const stopsAt = overlapEnd(input.overlapHours, now);
  const faults = [expiresAt, stopsAt].filter((value) => value instanceof UserError);
  if (expiresAt instanceof UserError || stopsAt instanceof UserError) return refused(...faults);
  const made = await insertKey(tx, client, expiresAt, now);
  await revoke(tx, client, key, stopsAt, now);
  return made;
}

/** Revokes a key at once. Revoking it again changes nothing. */
export async function revokeKey(tx: EntityManager, key: string, viewer: Viewer, now: Date): Promise<string> {
  const { old, client } = await keyToChange(tx, key, viewer);
  if (works(old, now) && !hasEnded(client, now)) await revoke(tx, client, key, now, now);
  return client.key;
}

async function insertKey(tx: EntityManager, client: ApiClient, expiresAt: Date, now: Date): Promise<NewKey> {
  const secret = newSecret('apiKey');
  const key = randomUUID();
  await tx.query(
    'insert into api_key (key, client_key, hash, start, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)',
    [key, client.key, hashOfSecret('apiKey', secret), startOfSecret('apiKey', secret), now, expiresAt],
  );
  await append(tx, { type: 'KEY_CREATED', client: client.key, owner: client.owner, apiKey: key }, now);
  return { client: client.key, key, secret };
}

async function revoke(tx: EntityManager, client: ApiClient, key: string, at: Date, now: Date): Promise<void> {
  const [, revoked] = await tx.query<[unknown, number]>(
    'update api_key set revoked_at = $2 where key = $1 and $2 < expires_at and (revoked_at is null or $2 < revoked_at)',
    [key, at],
  );
  if (revoked)
    await append(
      tx,
      {
        type: 'KEY_REVOKED',
        client: client.key,
        owner: client.owner,
        apiKey: key,
        ...(at > now && { effectiveAt: at }),
      },
      now,
    );
}

const works = ({ expiresAt, revokedAt }: ApiKey, now: Date) => now < expiresAt && (!revokedAt || now < revokedAt);

const hasEnded = ({ expiresAt, endedAt }: ApiClient, now: Date) =>
  (expiresAt !== null && expiresAt <= now) || (endedAt !== null && endedAt <= now);

const workingKeys = async (tx: EntityManager, client: string, now: Date): Promise<number> =>
  (await tx.findBy(ApiKey, { clientKey: client })).filter((key) => works(key, now)).length;

/** Throws NOT_FOUND for a client the viewer does not see, FORBIDDEN for one they may not change. */
async function clientToChange(tx: EntityManager, key: string, viewer: Viewer): Promise<ApiClient> {
  const client = await tx.findOneBy(ApiClient, { key });
  if (!client) throw new HubError('NOT_FOUND', 'There is no such API client.');
  mayChange(client, viewer);
  return client;
}

async function keyToChange(
  tx: EntityManager,
  key: string,
  viewer: Viewer,
): Promise<{ old: ApiKey; client: ApiClient }> {
  const old = await tx.findOneBy(ApiKey, { key });
  const client = old && (await tx.findOneBy(ApiClient, { key: old.clientKey }));
  if (!client) throw new HubError('NOT_FOUND', 'There is no such key.');
  mayChange(client, viewer);
  return { old, client };
}

function mayChange({ owner }: ApiClient, viewer: Viewer): void {
  if (!speaksFor(viewer, owner))
    throw new HubError(
      'FORBIDDEN',
      'A State’s focal point or alternate, or a body’s officer, decides about its clients.',
    );
}
