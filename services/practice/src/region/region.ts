import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { Node } from '@hub/kit/node';
import { caution } from '../caution.js';

/** An M49 area, of which this service knows the key; region owns it. */
@ObjectType({
  implements: Node,
  description: `An area of the United Nations M49 standard, grouped for statistical convenience. ${caution}`,
})
@Directive('@key(fields: "id")')
export class Region {
  constructor(readonly m49: string) {}

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('Region', this.m49);
  }
}
