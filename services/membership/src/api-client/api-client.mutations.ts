/** The mutations of API clients and their keys. What each does in its transaction is in api-client.writes.ts. */
import { badInput } from '@hub/kit/errors';
import { keyAt } from '@hub/kit/ids';
import { authenticated } from '@hub/kit/access';
import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { tokenOf } from '../person/state-or-body.js';
import { signedIn } from '../viewer/signedIn.js';
import {
  CreateApiClientInput,
  CreateApiClientPayload,
  CreateApiKeyInput,
  CreateApiKeyPayload,
  EndApiClientInput,
  EndApiClientPayload,
  RevokeApiKeyInput,
  RevokeApiKeyPayload,
  RotateApiKeyInput,
  RotateApiKeyPayload,
} from './api-client.input.js';
import {
  type Made,
  NameTaken,
  type NewKey,
  createClient,
  createKey,
  endClient,
  isRefused,
  nameTaken,
  revokeKey,
  rotateKey,
} from './api-client.writes.js';

@Resolver()
export class ApiClientMutations {
  @Mutation(() => CreateApiClientPayload, {
    description: 'Creates a program’s access for a State or body you speak for. It reads once it has a key.',
  })
  @Directive(authenticated)
  async createApiClient(
    @Arg('input', () => CreateApiClientInput, { description: 'What it is, and how far it reaches.' })
    input: CreateApiClientInput,
    @Ctx() context: Context,
  ): Promise<CreateApiClientPayload> {
    const viewer = signedIn(context);
    const owner = await tokenOf(input.owner, ['owner'], context);
    try {
      const made = await context.db.write((tx) => createClient(tx, input, owner, viewer, context.now()));
      if (isRefused(made)) return made;
      context.wakeUps.wake();
      return { apiClient: await context.apiClients.load(made.client), userErrors: [] };
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error;
      return { userErrors: [nameTaken()] };
    }
  }

  @Mutation(() => CreateApiKeyPayload, {
    description: 'Makes a further key for a client. Its secret is shown in this answer and never again.',
  })
  @Directive(authenticated)
  async createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'For which client, and for how long.' })
    input: CreateApiKeyInput,
    @Ctx() context: Context,
  ): Promise<CreateApiKeyPayload> {
    const viewer = signedIn(context);
    const client = keyIn('clientId', 'ApiClient', input.clientId);
    return newKey(context, await context.db.write((tx) => createKey(tx, client, input, viewer, context.now())));
  }

  @Mutation(() => RotateApiKeyPayload, {
    description:
      'Makes a key in place of another, which goes on working for the overlap you give. The new secret is shown in this answer and never again.',
  })
  @Directive(authenticated)
  async rotateApiKey(
    @Arg('input', () => RotateApiKeyInput, { description: 'Which key, and how long the old one goes on.' })
    input: RotateApiKeyInput,
    @Ctx() context: Context,
  ): Promise<RotateApiKeyPayload> {
    const viewer = signedIn(context);
    const key = keyIn('keyId', 'ApiKey', input.keyId);
    const made = await context.db.write((tx) => rotateKey(tx, key, input, viewer, context.now()));
    const payload = await newKey(context, made);
    return isRefused(made) ? payload : { ...payload, replaced: await keyOf(context, made.client, key) };
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description: 'Stops a key at once, and whatever is open on it.',
  })
  @Directive(authenticated)
  async revokeApiKey(
    @Arg('input', () => RevokeApiKeyInput, { description: 'Which key.' }) input: RevokeApiKeyInput,
    @Ctx() context: Context,
  ): Promise<RevokeApiKeyPayload> {
    const viewer = signedIn(context);
    const key = keyIn('keyId', 'ApiKey', input.keyId);
    const client = await context.db.write((tx) => revokeKey(tx, key, viewer, context.now()));
    context.wakeUps.wake();
    return { apiKey: await keyOf(context, client, key), userErrors: [] };
  }

  @Mutation(() => EndApiClientPayload, {
    description: 'Ends a client for good: all its keys stop at once.',
  })
  @Directive(authenticated)
  async endApiClient(
    @Arg('input', () => EndApiClientInput, { description: 'Which client.' }) input: EndApiClientInput,
    @Ctx() context: Context,
  ): Promise<EndApiClientPayload> {
    const viewer = signedIn(context);
    const client = keyIn('clientId', 'ApiClient', input.clientId);
    await context.db.write((tx) => endClient(tx, client, viewer, context.now()));
    context.wakeUps.wake();
    return { apiClient: await context.apiClients.load(client), userErrors: [] };
  }
}

const keyIn = (field: string, type: 'ApiClient' | 'ApiKey', id: string): string => {
  const key = keyAt(['input', field], type, id);
  if (key === null) throw badInput(['input', field], `This is not the id of an ${type}.`);
  return key;
};

const keyOf = async ({ keysOfClient }: Context, client: string, key: string) =>
  (await keysOfClient.load(client)).find((row) => row.key === key) ?? null;

async function newKey(context: Context, made: Made<NewKey>): Promise<CreateApiKeyPayload> {
  if (isRefused(made)) return made;
  context.wakeUps.wake();
  return { apiKey: await keyOf(context, made.client, made.key), secret: made.secret, userErrors: [] };
}
