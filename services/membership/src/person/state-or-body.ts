/** A State or a regional body as inputs and arguments name it. */
import { Iso3 } from '@hub/kit/scalars';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import type { Token } from '@hub/kit/viewer';
import { Field, InputType } from 'type-graphql';
import type { Loaders } from '../context.js';

@InputType({ description: 'A State or a regional body: give exactly one of the two.' })
export class StateOrBodyInput {
  @Field(() => Iso3, { nullable: true, description: 'The State, by its ISO 3166-1 alpha-3 code.' })
  memberState?: string | null;

  @Field(() => String, { nullable: true, description: 'The regional body, by its short name (slug).' })
  regionalBody?: string | null;
}

/** Its token, where it exists; else what is to be put right at `path`. */
export async function tokenOf(
  { memberState, regionalBody }: StateOrBodyInput,
  path: readonly string[],
  { memberStates, regionalBodies }: Pick<Loaders, 'memberStates' | 'regionalBodies'>,
): Promise<Token | UserError> {
  const unknown = (field: string, what: string) =>
    new UserError([...path, field], UserErrorCode.UNKNOWN, `The hub knows no such ${what}.`);
  if (memberState && !regionalBody)
    return (await memberStates.load(memberState)) ? `s:${memberState}` : unknown('memberState', 'State');
  if (regionalBody && !memberState)
    return (await regionalBodies.load(regionalBody)) ? `b:${regionalBody}` : unknown('regionalBody', 'regional body');
  return new UserError(path, UserErrorCode.INVALID, 'Give a State or a regional body, exactly one of them.');
}
