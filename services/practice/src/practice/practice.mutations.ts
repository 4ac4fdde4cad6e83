/** The mutations of practices. What each does in its transaction is in practice.writes.ts. */
import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import { authenticated } from '@hub/kit/access';
import { HubError, badInput } from '@hub/kit/errors';
import { keyAt } from '@hub/kit/ids';
import type { Viewer } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import {
  type AudienceInput,
  CreatePracticeInput,
  CreatePracticePayload,
  DiscardPracticeInput,
  DiscardPracticePayload,
  SubmitPracticeInput,
  SubmitPracticePayload,
  UpdatePracticeInput,
  UpdatePracticePayload,
  WithdrawPracticeInput,
  WithdrawPracticePayload,
} from './practice.input.js';
import { type Outcome, change, create, discard, inTheInput, submit, update, withdraw } from './practice.writes.js';

@Resolver()
export class PracticeMutations {
  @Mutation(() => CreatePracticePayload, { description: 'Begins a draft: visible to its owner alone.' })
  @Directive(authenticated)
  async createPractice(
    @Arg('input', () => CreatePracticeInput, { description: 'What to draft.' }) input: CreatePracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<CreatePracticePayload> {
    const viewer = signedIn(context);
    checkPersons(input.audience);
    if (input.idempotencyKey != null && !/^[\x21-\x7e]{1,200}$/.test(input.idempotencyKey))
      throw badInput([...inTheInput, 'idempotencyKey'], 'An idempotency key is 1 to 200 visible ASCII characters.');
    return answer(context, await context.db.write((tx) => create(tx, input, viewer, context.now())));
  }

  @Mutation(() => UpdatePracticePayload, {
    description:
      'Changes a draft, or drafts the next version of what was submitted. Marking and audience of what was submitted change at once.',
  })
  @Directive(authenticated)
  async updatePractice(
    @Arg('input', () => UpdatePracticeInput, { description: 'What to change.' }) input: UpdatePracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<UpdatePracticePayload> {
    signedIn(context);
    checkPersons(input.audience);
    return answer(context, await change(context, input, 'update', update));
  }

  @Mutation(() => SubmitPracticePayload, {
    description: 'Submits the draft: its audience may know of it from now on, and is told.',
  })
  @Directive(authenticated)
  async submitPractice(
    @Arg('input', () => SubmitPracticeInput, { description: 'What to submit, and to whom.' })
    input: SubmitPracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<SubmitPracticePayload> {
    signedIn(context);
    checkPersons(input.audience);
    return answer(context, await change(context, input, 'submit', submit));
  }

  @Mutation(() => WithdrawPracticePayload, {
    description:
      'Takes a submitted practice back. The header stays as a tombstone for whoever could see it; the content is gone from view.',
  })
  @Directive(authenticated)
  async withdrawPractice(
    @Arg('input', () => WithdrawPracticeInput, { description: 'What to withdraw.' }) input: WithdrawPracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<WithdrawPracticePayload> {
    signedIn(context);
    return answer(context, await change(context, input, 'withdraw', withdraw));
  }

  @Mutation(() => DiscardPracticePayload, {
    description:
      'Discards a draft. A practice that was never submitted is gone with it; of one that was, the submitted versions stay.',
  })
  @Directive(authenticated)
  async discardPractice(
    @Arg('input', () => DiscardPracticeInput, { description: 'What to discard.' }) input: DiscardPracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<DiscardPracticePayload> {
    signedIn(context);
    const outcome = await change(context, input, 'discard', discard);
    const payload = await answer(context, outcome);
    return { ...payload, discardedId: outcome.userErrors.length === 0 ? input.id : null };
  }
}

/** The person who acts; throws for everybody else. */
export function signedIn({ viewer }: PracticeContext): Viewer {
  if (viewer.kind === 'anonymous') throw new HubError('UNAUTHENTICATED', 'Sign in to do this.');
  if (viewer.kind === 'client') throw new HubError('FORBIDDEN', 'API clients read; persons write.');
  return viewer;
}

/** A malformed person id is not for a form to mend. */
function checkPersons(audience: AudienceInput | null | undefined): void {
  for (const [index, id] of (audience?.persons ?? []).entries())
    if (keyAt([...inTheInput, 'audience', 'persons', index], 'Person', id) === null)
      throw badInput([...inTheInput, 'audience', 'persons', index], 'This is not the id of a person.');
}

/** Wakes the readers of the log and answers the practice as it is after the commit. */
async function answer({ events, practices }: PracticeContext, { key, userErrors }: Outcome) {
  if (userErrors.length === 0) events.wakeUps.wake();
  return { practice: key === null ? null : await practices.load(key), userErrors };
}
