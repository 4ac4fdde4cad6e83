import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { Node } from '@hub/kit/node';

/** An M49 area, of which this service knows the key; region owns it. */
@ObjectType({ implements: Node, description: 'A region of the United Nations M49 standard.' })
@Directive('@key(fields: "id")')
export class Region {
  constructor(readonly m49: string) {}

  @Field(() => ID, { description: 'Opaque and global.' })
  get id(): string {
    return globalId('Region', this.m49);
  }
}
