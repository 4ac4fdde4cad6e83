/** An M49 area: region owns it; here it is its key, and the States within it. */
import { globalId } from '@hub/kit/ids';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { caution } from '../caution.js';

@ObjectType({
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
