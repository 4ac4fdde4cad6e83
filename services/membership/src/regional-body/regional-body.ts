/** A regional body: region owns it; here it is its key, and the States that are in it. */
import { globalId } from '@hub/kit/ids';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { caution } from '../caution.js';

@ObjectType({ description: `A regional or cross-regional organisation of States. ${caution}` })
@Directive('@key(fields: "id")')
export class RegionalBody {
  constructor(readonly slug: string) {}

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('RegionalBody', this.slug);
  }
}
