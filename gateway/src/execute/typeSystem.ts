import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Which types are of which, in the whole supergraph. */
export interface TypeSystem {
  /** Whether an object that calls itself `typename` fits a type condition. */
  matches(typename: unknown, condition: string): boolean;
  /** Whether there is a type of this name. */
  exists(typename: unknown): boolean;
  /** Whether it is an object type, not an interface that stands for one (@interfaceObject). */
  isConcrete(typename: unknown): boolean;
}

export function typeSystem(schema: GraphQLSchema): TypeSystem {
  const below = new Map<string, ReadonlySet<string>>(); // a condition's name, and all that fit it
  for (const type of Object.values(schema.getTypeMap())) {
    const names = [type.name];
    if (isAbstractType(type)) names.push(...schema.getPossibleTypes(type).map(({ name }) => name));
    if (isInterfaceType(type)) names.push(...schema.getImplementations(type).interfaces.map(({ name }) => name));
    below.set(type.name, new Set(names));
  }
  return {
    matches: (typename, condition) =>
      typename === condition || (typeof typename === 'string' && below.get(condition)?.has(typename) === true),
    exists: (typename) => typeof typename === 'string' && below.has(typename),
    isConcrete: (typename) => typeof typename === 'string' && isObjectType(schema.getType(typename)),
  };
}
