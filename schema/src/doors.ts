/** Deny by default: whoever changes something is known to the hub, and the schema says so. */
import { Kind, parse } from 'graphql';
import type { Subgraph } from './services.js';

/** Mutations for whoever is signed in, known or not, and why. */
const forStrangers: Record<string, string> = {
  acceptInvitation: 'it is how one becomes known',
};

/** A line per mutation that a gateway would let anybody ask for. */
export const openDoors = (subgraphs: readonly Subgraph[]): string[] =>
  subgraphs.flatMap(({ name, sdl }) =>
    parse(sdl)
      .definitions.filter((type) => type.kind === Kind.OBJECT_TYPE_DEFINITION)
      .filter((type) => type.name.value === 'Mutation')
      .flatMap(({ fields }) => fields ?? [])
      .filter(
        (field) =>
          !Object.hasOwn(forStrangers, field.name.value) &&
          !field.directives?.some((directive) => directive.name.value === 'authenticated'),
      )
      .map(
        (field) =>
          `${name}: Mutation.${field.name.value} needs @Directive(authenticated) of @hub/kit/access, or a reason in schema/src/doors.ts.`,
      ),
  );
