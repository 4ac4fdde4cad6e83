import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { Node } from '@hub/kit/node';
import { caution } from '../caution.js';

/** A State, of which this service knows the key; membership owns it. */
@ObjectType({ implements: Node, description: `A Member State of the United Nations, or an observer State. ${caution}` })
@Directive('@key(fields: "id")')
export class MemberState {
  constructor(readonly iso3: string) {}

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('MemberState', this.iso3);
  }
}
