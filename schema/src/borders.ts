/**
 * Nullable at the borders: a service that is down costs its own fields and not the answer. So a field is nullable
 * when it belongs to Query, when it leads to another service's entity, and when it is added to one.
 */
import { Kind, type ObjectTypeDefinitionNode, type TypeNode, parse } from 'graphql';
import type { Subgraph } from './services.js';

/** Which service an entity belongs to: those not listed here are nobody's, and everybody's fields on them are free. */
const owners: Record<string, string> = {
  Practice: 'practice',
  Theme: 'practice',
  KnowledgeProduct: 'practice',
  Region: 'region',
  RegionalBody: 'region',
  Workshop: 'region',
  MemberState: 'membership',
  Person: 'membership',
  ApiClient: 'membership',
};

/** A line per field that is `!` and should not be, and per entity nobody was said to own. */
export function brokenBorders(subgraphs: readonly Subgraph[]): string[] {
  return subgraphs.flatMap((subgraph) => typesOf(subgraph).flatMap((type) => faults(subgraph.name, type)));
}

const typesOf = ({ sdl }: Subgraph): ObjectTypeDefinitionNode[] =>
  parse(sdl).definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION);

function faults(service: string, type: ObjectTypeDefinitionNode): string[] {
  const name = type.name.value;
  const isEntity = type.directives?.some((directive) => directive.name.value === 'key') ?? false;
  if (isEntity && !owners[name]) return [`${service}: say in schema/src/borders.ts which service owns ${name}.`];
  const added = isEntity && owners[name] !== service;
  return (type.fields ?? []).flatMap((field) => {
    if (field.type.kind !== Kind.NON_NULL_TYPE || field.name.value === 'id') return [];
    const leadsTo = owners[namedType(field.type)];
    const why =
      name === 'Query'
        ? 'a field of Query'
        : added
          ? `a field added to ${owners[name]}’s ${name}`
          : leadsTo && leadsTo !== service
            ? `a field that leads to ${leadsTo}’s ${namedType(field.type)}`
            : null;
    return why ? [`${service}: ${name}.${field.name.value} must be nullable, as ${why}.`] : [];
  });
}

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));
