/** Invitations: who may give a role invites somebody to it, who signs in accepts. */
import { authenticated } from '@hub/kit/access';
import { HubError, badInput } from '@hub/kit/errors';
import { globalId, keyAt } from '@hub/kit/ids';
import { PageArgs, connectionType } from '@hub/kit/page';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../context.js';
import { column, pageOfQuery } from '../pageOfQuery.js';
import { Person } from '../person/person.js';
import { RoleHeld } from '../person/role.js';
import { notGiven, roleMeant } from '../person/role.rules.js';
import { signedIn } from '../viewer/signedIn.js';
import {
  AcceptInvitationInput,
  AcceptInvitationPayload,
  InvitePersonInput,
  InvitePersonPayload,
  WithdrawInvitationInput,
  WithdrawInvitationPayload,
} from './invitation.input.js';
import { Invitation } from './invitation.js';
import { accept, invitationFaults, invite, withdraw } from './invitation.writes.js';

const InvitationConnection = connectionType('Invitation', () => Invitation);

@ArgsType()
class InvitationsArgs extends PageArgs {
  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Only those that can be accepted still; false: those that were, expired or were withdrawn, too.',
  })
  open!: boolean;
}

@Resolver(() => Invitation)
export class InvitationResolver {
  @Query(() => InvitationConnection, {
    nullable: true,
    description: 'The invitations to roles that the viewer may give, the oldest first.',
  })
  @Directive(authenticated)
  async invitations(@Args(() => InvitationsArgs) { open, ...args }: InvitationsArgs, @Ctx() context: Context) {
    signedIn(context);
    const page = await pageOfQuery<Invitation>(
      context,
      args,
      (manager) => {
        const all = manager.createQueryBuilder(Invitation, 'i');
        return open
          ? all.where('i.accepted_at is null and i.withdrawn_at is null and :now < i.expires_at', {
              now: context.now(),
            })
          : all;
      },
      [column.moment('i.createdAt', ({ createdAt }) => createdAt), column.key('i.key', ({ key }) => key)],
    );
    return new InvitationConnection(page);
  }

  @FieldResolver(() => Person, { nullable: true, description: 'Who invited.' })
  invitedBy(@Root() { invitedByKey }: Invitation, @Ctx() { persons }: Context) {
    return persons.load(invitedByKey);
  }

  @FieldResolver(() => Person, { nullable: true, description: 'Who accepted; null: nobody yet.' })
  acceptedBy(@Root() { acceptedByKey }: Invitation, @Ctx() { persons }: Context) {
    return acceptedByKey && persons.load(acceptedByKey);
  }

  @Mutation(() => InvitePersonPayload, {
    description:
      'Invites somebody to a role, by whoever may give it: curators to every role; a focal point or alternate to those of alternates and contributors of their State; an officer to those of officers and contributors of their body. The token is shown in this answer and never again.',
  })
  @Directive(authenticated)
  async invitePerson(
    @Arg('input', () => InvitePersonInput, { description: 'Whom, and to which role.' }) input: InvitePersonInput,
    @Ctx() context: Context,
  ): Promise<InvitePersonPayload> {
    const viewer = signedIn(context);
    const meant = await roleMeant(input, context);
    const faults = [...(Array.isArray(meant) ? meant : notGiven(viewer, meant)), ...invitationFaults(input)];
    if (Array.isArray(meant) || faults.length > 0) return { userErrors: faults };
    const { key, token } = await context.db.write((tx) => invite(tx, input, meant, viewer.key, context.now()));
    return { invitation: await invitationOf(context, key), token, userErrors: [] };
  }

  @Mutation(() => AcceptInvitationPayload, {
    description:
      'Accepts an invitation, by whoever is signed in and holds its token: somebody the hub does not know becomes a person, somebody it knows gets a further role. What cannot be accepted (any more) is told without a reason.',
  })
  async acceptInvitation(
    @Arg('input', () => AcceptInvitationInput, { description: 'Which one.' }) { token }: AcceptInvitationInput,
    @Ctx() context: Context,
  ): Promise<AcceptInvitationPayload> {
    const who = whoAccepts(context);
    const accepted = await context.db.write((tx) => accept(tx, token, who, context.now()));
    if (!accepted)
      return {
        userErrors: [
          new UserError(
            ['token'],
            UserErrorCode.INVALID,
            'There is nothing to accept with this: ask whoever invited you for another.',
          ),
        ],
      };
    context.wakeUps.wake();
    return {
      personId: globalId('Person', accepted.person),
      role: new RoleHeld(accepted.role, accepted.of),
      userErrors: [],
    };
  }

  @Mutation(() => WithdrawInvitationPayload, {
    description: 'Withdraws an invitation: nobody can accept it from now on.',
  })
  @Directive(authenticated)
  async withdrawInvitation(
    @Arg('input', () => WithdrawInvitationInput, { description: 'Which one.' }) input: WithdrawInvitationInput,
    @Ctx() context: Context,
  ): Promise<WithdrawInvitationPayload> {
    signedIn(context);
    const key = keyAt(['input', 'invitationId'], 'Invitation', input.invitationId);
    if (key === null) throw badInput(['input', 'invitationId'], 'This is not the id of an invitation.');
    const userErrors = await context.db.write((tx) => withdraw(tx, key, context.now()));
    return { invitation: await invitationOf(context, key), userErrors };
  }
}

const invitationOf = ({ db }: Context, key: string) => db.read((manager) => manager.findOneBy(Invitation, { key }));

/** A person by key, a stranger by what their identity provider says: the gateway tells membership alone. */
function whoAccepts({ viewer }: Context) {
  if (viewer.kind === 'client') throw new HubError('FORBIDDEN', 'An API client cannot become a person.');
  if (viewer.kind === 'person' && viewer.key) return { person: viewer.key };
  if (viewer.stranger) return viewer.stranger;
  throw new HubError('UNAUTHENTICATED', 'Sign in to accept an invitation.');
}
