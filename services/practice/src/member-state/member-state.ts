import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { Node } from '@hub/kit/node';

/** A State, of which this service knows the key; membership owns it. */
@ObjectType({ implements: Node, description: 'A Member State of the United Nations, or an observer State.' })
@Directive('@key(fields: "id")')
export class MemberState {
  constructor(readonly iso3: string) {}

  @Field(() => ID, { description: 'Opaque and global.' })
  get id(): string {
    return globalId('MemberState', this.iso3);
  }
}
