/** A State: membership owns it; here it is its key, and the areas it lies in. */
import { globalId } from '@hub/kit/ids';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { caution } from '../caution.js';

@ObjectType({ description: `A Member State of the United Nations, or an observer State. ${caution}` })
@Directive('@key(fields: "id")')
export class MemberState {
  constructor(readonly iso3: string) {}

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('MemberState', this.iso3);
  }
}
