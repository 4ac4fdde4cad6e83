import { authenticated } from '@hub/kit/access';
import { Args, Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { MemberState } from '../member-state/member-state.js';
import { bodyOf, stateOf } from '../person/token.js';
import { RegionalBody } from '../regional-body/regional-body.js';
import { signedIn } from '../viewer/signedIn.js';
import { ApiClientConnection, ApiClientsArgs, listApiClients } from './api-client.list.js';
import { ApiClient } from './api-client.js';
import { ApiKey } from './api-key.js';

@Resolver(() => ApiClient)
export class ApiClientResolver {
  @Query(() => ApiClientConnection, {
    nullable: true,
    description: 'The API clients of the viewer’s own States and bodies, by owner and name; to a curator all.',
  })
  @Directive(authenticated)
  async apiClients(@Args(() => ApiClientsArgs) args: ApiClientsArgs, @Ctx() context: Context) {
    signedIn(context);
    return new ApiClientConnection(await listApiClients(context, args));
  }

  @FieldResolver(() => [ApiKey], { description: 'Its keys, the newest first; those that have stopped, too.' })
  keys(@Root() { key }: ApiClient, @Ctx() { keysOfClient }: Context) {
    return keysOfClient.load(key);
  }

  @FieldResolver(() => MemberState, { nullable: true, description: 'The State that owns it.' })
  memberState(@Root() { owner }: ApiClient, @Ctx() context: Context) {
    return stateOf(owner, context);
  }

  @FieldResolver(() => RegionalBody, { nullable: true, description: 'The regional body that owns it.' })
  regionalBody(@Root() { owner }: ApiClient) {
    return bodyOf(owner);
  }
}
