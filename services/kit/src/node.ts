import 'reflect-metadata'; // type-graphql's decorators ask for it, whichever module comes first
import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType({
  description: 'Anything with a global id.',
  // Each subgraph lists its own: in a process with several, the implementations of all would be taken into each.
  autoRegisterImplementations: false,
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  readonly id!: string;
}
