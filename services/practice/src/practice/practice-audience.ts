import { Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import type { Token } from '@hub/kit/viewer';
import { MemberState } from '../member-state/member-state.js';
import { RegionalBody } from '../regional-body/regional-body.js';

@ObjectType({ description: 'Who may know of a practice, as far as its marking lets it travel.' })
export class PracticeAudience {
  @Field(() => [MemberState], { nullable: true, description: 'States.' })
  memberStates!: MemberState[];

  @Field(() => [RegionalBody], { nullable: true, description: 'Regional bodies, with their current member States.' })
  regionalBodies!: RegionalBody[];

  @Field(() => [ID], { description: 'Persons, by id.' })
  persons!: string[];
}

/** Null: the owner has not said yet. */
export function audienceOf(audience: readonly Token[] | null): PracticeAudience | null {
  if (!audience) return null;
  const named = (kind: string) => audience.filter((token) => token.startsWith(kind)).map((token) => token.slice(2));
  return {
    memberStates: named('s:').map((iso3) => new MemberState(iso3)),
    regionalBodies: named('b:').map((slug) => new RegionalBody(slug)),
    persons: named('p:').map((key) => globalId('Person', key)),
  };
}
