import { createUnionType } from 'type-graphql';
import type { Token } from '@hub/kit/viewer';
import { MemberState } from '../member-state/member-state.js';
import { RegionalBody } from '../regional-body/regional-body.js';

export type PracticeOwner = MemberState | RegionalBody;
export const PracticeOwner = createUnionType({
  name: 'PracticeOwner',
  description: 'Whose practice it is: a State’s, or a regional body’s.',
  types: () => [MemberState, RegionalBody] as const,
});

/** The owner a token names. */
export const ownerOf = (token: Token): PracticeOwner =>
  token.startsWith('s:') ? new MemberState(token.slice(2)) : new RegionalBody(token.slice(2));
