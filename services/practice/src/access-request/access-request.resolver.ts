/** Requests for what is redacted: asking, deciding, and the lists of both sides. */
import { Arg, Args, Ctx, Directive, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { authenticated } from '@hub/kit/access';
import { holds } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { signedIn } from '../practice/practice.mutations.js';
import { submitters } from '../practice/practice.permissions.js';
import { Practice } from '../practice/practice.js';
import { AccessRequestConnection } from './access-request.js';
import {
  DeclineAccessInput,
  DeclineAccessPayload,
  EndAccessGrantInput,
  EndAccessGrantPayload,
  GrantAccessInput,
  GrantAccessPayload,
  RequestAccessInput,
  RequestAccessPayload,
} from './access-request.input.js';
import { AccessRequestListArgs, accessRequestPage } from './access-request.list.js';
import { answer, decline, end, grant, request } from './access-request.writes.js';

@Resolver(() => Practice)
export class AccessRequestResolver {
  @FieldResolver(() => AccessRequestConnection, {
    nullable: true,
    description:
      'Who asked for its redacted sections, the latest first. Shown to focal points, alternates and officers of its owner; null for everybody else.',
  })
  async accessRequests(
    @Root() { key, row }: Practice,
    @Args(() => AccessRequestListArgs) args: AccessRequestListArgs,
    @Ctx() context: PracticeContext,
  ): Promise<AccessRequestConnection | null> {
    if (!holds(context.viewer, ...submitters).includes(row.owner)) return null;
    return new AccessRequestConnection(await accessRequestPage(context, args, key));
  }

  @Query(() => AccessRequestConnection, {
    nullable: true,
    name: 'accessRequests',
    description:
      'The requests the viewer made and those they may decide, the latest first; of practices they may know of now.',
  })
  @Directive(authenticated)
  async ownAccessRequests(
    @Args(() => AccessRequestListArgs) args: AccessRequestListArgs,
    @Ctx() context: PracticeContext,
  ): Promise<AccessRequestConnection> {
    return new AccessRequestConnection(await accessRequestPage(context, args));
  }

  @Mutation(() => RequestAccessPayload, {
    description:
      'Asks the owner for redacted sections. A person asks for themself; one request for a practice may be open at a time.',
  })
  @Directive(authenticated)
  async requestAccess(
    @Arg('input', () => RequestAccessInput, { description: 'What is asked for, and why.' }) input: RequestAccessInput,
    @Ctx() context: PracticeContext,
  ): Promise<RequestAccessPayload> {
    signedIn(context);
    return answer(context, await request(context, input));
  }

  @Mutation(() => GrantAccessPayload, {
    description: 'Opens sections to the person who asked, and to nobody else, for a time.',
  })
  @Directive(authenticated)
  async grantAccess(
    @Arg('input', () => GrantAccessInput, { description: 'What is granted, and until when.' }) input: GrantAccessInput,
    @Ctx() context: PracticeContext,
  ): Promise<GrantAccessPayload> {
    signedIn(context);
    return answer(context, await grant(context, input));
  }

  @Mutation(() => DeclineAccessPayload, { description: 'Declines a request, with a reason. It may be asked again.' })
  @Directive(authenticated)
  async declineAccess(
    @Arg('input', () => DeclineAccessInput, { description: 'Which, and why.' }) input: DeclineAccessInput,
    @Ctx() context: PracticeContext,
  ): Promise<DeclineAccessPayload> {
    signedIn(context);
    return answer(context, await decline(context, input));
  }

  @Mutation(() => EndAccessGrantPayload, { description: 'Ends a grant at once.' })
  @Directive(authenticated)
  async endAccessGrant(
    @Arg('input', () => EndAccessGrantInput, { description: 'Which.' }) input: EndAccessGrantInput,
    @Ctx() context: PracticeContext,
  ): Promise<EndAccessGrantPayload> {
    signedIn(context);
    return answer(context, await end(context, input));
  }
}
