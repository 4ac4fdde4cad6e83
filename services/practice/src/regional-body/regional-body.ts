import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { Node } from '@hub/kit/node';
import { caution } from '../caution.js';

/** A regional body, of which this service knows the key; region owns it. */
@ObjectType({ implements: Node, description: `A regional or cross-regional organisation of States. ${caution}` })
@Directive('@key(fields: "id")')
export class RegionalBody {
  constructor(readonly slug: string) {}

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('RegionalBody', this.slug);
  }
}
