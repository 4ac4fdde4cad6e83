/** The mutations of persons and roles. What each does in its transaction is in person.writes.ts. */
import { authenticated } from '@hub/kit/access';
import { badInput } from '@hub/kit/errors';
import { keyAt } from '@hub/kit/ids';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { signedIn } from '../viewer/signedIn.js';
import { contactFaults } from './contact.rules.js';
import {
  EndRoleInput,
  EndRolePayload,
  RemovePersonInput,
  RemovePersonPayload,
  StartRoleInput,
  StartRolePayload,
  UpdatePersonInput,
  UpdatePersonPayload,
} from './person.input.js';
import { giveRole, isLastCurator, lastCurator, removePerson, takeRole, updateContact } from './person.writes.js';
import { notGiven, roleMeant } from './role.rules.js';

@Resolver()
export class PersonMutations {
  @Mutation(() => StartRolePayload, {
    description:
      'Gives somebody a role from now on. Curators give every role; a focal point or alternate names alternates and contributors among the people of their State, an officer officers and contributors among those of their body. Others are invited.',
  })
  @Directive(authenticated)
  async startRole(
    @Arg('input', () => StartRoleInput, { description: 'To whom, which role, of what.' }) input: StartRoleInput,
    @Ctx() context: Context,
  ): Promise<StartRolePayload> {
    const viewer = signedIn(context);
    const person = personIn(input.person);
    const now = context.now();
    const meant = await roleMeant(input, context);
    const faults = [
      ...(Array.isArray(meant) ? meant : notGiven(viewer, meant)),
      ...(input.until && input.until <= now
        ? [new UserError(['until'], UserErrorCode.INVALID, 'It must lie ahead.')]
        : []),
    ];
    if (Array.isArray(meant) || faults.length > 0) return { userErrors: faults };
    const userErrors = await context.db.write((tx) => giveRole(tx, person, meant, input.until ?? null, viewer, now));
    return answer(context, person, userErrors);
  }

  @Mutation(() => EndRolePayload, {
    description: 'Ends a role at once: by whoever may give it, and by whoever holds it. The last curator stays.',
  })
  @Directive(authenticated)
  async endRole(
    @Arg('input', () => EndRoleInput, { description: 'Whose, which role, of what.' }) input: EndRoleInput,
    @Ctx() context: Context,
  ): Promise<EndRolePayload> {
    const viewer = signedIn(context);
    const person = personIn(input.person);
    const meant = await roleMeant(input, context);
    if (Array.isArray(meant)) return { userErrors: meant };
    const userErrors = await keepingACurator(() =>
      context.db.write((tx) => takeRole(tx, person, meant, viewer, context.now())),
    );
    return answer(context, person, userErrors);
  }

  @Mutation(() => UpdatePersonPayload, { description: 'Corrects one’s own name and e-mail address.' })
  @Directive(authenticated)
  async updatePerson(
    @Arg('input', () => UpdatePersonInput, { description: 'What is right.' }) input: UpdatePersonInput,
    @Ctx() context: Context,
  ): Promise<UpdatePersonPayload> {
    const { key } = signedIn(context);
    const faults = contactFaults(input);
    if (faults.length > 0) return { userErrors: faults };
    await context.db.write((tx) => updateContact(tx, key, input));
    return { person: await context.persons.load(key), userErrors: [] };
  }

  @Mutation(() => RemovePersonPayload, {
    description:
      'Forgets a person, by a curator: their roles end, their name, address and sign-in go. The id stays where logs and records name it.',
  })
  @Directive(authenticated)
  async removePerson(
    @Arg('input', () => RemovePersonInput, { description: 'Whom.' }) input: RemovePersonInput,
    @Ctx() context: Context,
  ): Promise<RemovePersonPayload> {
    const viewer = signedIn(context);
    const person = personIn(input.person);
    const userErrors = await keepingACurator(() =>
      context.db.write((tx) => removePerson(tx, person, viewer, context.now())),
    );
    if (userErrors.length === 0) context.wakeUps.wake();
    return { removedId: userErrors.length === 0 ? input.person : null, userErrors };
  }
}

function personIn(id: string): string {
  const key = keyAt(['input', 'person'], 'Person', id);
  if (key === null) throw badInput(['input', 'person'], 'This is not the id of a person.');
  return key;
}

async function answer({ wakeUps, persons }: Context, person: string, userErrors: UserError[]) {
  if (userErrors.length > 0) return { userErrors };
  wakeUps.wake();
  return { person: await persons.load(person), userErrors };
}

async function keepingACurator(work: () => Promise<void>): Promise<UserError[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!isLastCurator(error)) throw error;
    return [lastCurator()];
  }
}
