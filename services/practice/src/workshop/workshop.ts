import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { Node } from '@hub/kit/node';

/** A workshop, of which this service knows the key; region owns it. */
@ObjectType({
  implements: Node,
  description:
    'A CT TECH workshop: where States began to share what the hub keeps going. Compiled from public sources.',
})
@Directive('@key(fields: "id", resolvable: false)')
export class Workshop {
  constructor(readonly slug: string) {}

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('Workshop', this.slug);
  }
}
