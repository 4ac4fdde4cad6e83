import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { Node } from '@hub/kit/node';

/** A regional body, of which this service knows the key; region owns it. */
@ObjectType({ implements: Node, description: 'A regional organisation, such as ASEAN, IGAD or the OSCE.' })
@Directive('@key(fields: "id")')
export class RegionalBody {
  constructor(readonly slug: string) {}

  @Field(() => ID, { description: 'Opaque and global.' })
  get id(): string {
    return globalId('RegionalBody', this.slug);
  }
}
