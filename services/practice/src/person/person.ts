import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';

/** A person, of whom this service knows the key; membership owns them, and decides what of them the viewer is told. */
@ObjectType({
  description:
    'A person who works with the hub. Name and e-mail are for their own State or body and the curators; null to others.',
})
@Directive('@key(fields: "id", resolvable: false)')
export class Person {
  constructor(readonly key: string) {}

  @Field(() => ID, { description: 'Opaque and global. Persons are not found by the field node.' })
  get id(): string {
    return globalId('Person', this.key);
  }
}
