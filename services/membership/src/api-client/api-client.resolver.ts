import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { MemberState } from '../member-state/member-state.js';
import { bodyOf, stateOf } from '../person/token.js';
import { RegionalBody } from '../regional-body/regional-body.js';
import { ApiClient } from './api-client.js';

@Resolver(() => ApiClient)
export class ApiClientResolver {
  @FieldResolver(() => MemberState, { nullable: true, description: 'The State that owns it.' })
  memberState(@Root() { owner }: ApiClient, @Ctx() context: Context) {
    return stateOf(owner, context);
  }

  @FieldResolver(() => RegionalBody, { nullable: true, description: 'The regional body that owns it.' })
  regionalBody(@Root() { owner }: ApiClient) {
    return bodyOf(owner);
  }
}
