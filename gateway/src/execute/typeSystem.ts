import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Which types are of which, in the whole supergraph. */
export interface TypeSystem {
  /** Whether an object that calls itself `typename` fits a type condition. */
  matches(typename: unknown, condition: string): boolean;
}

export const typeSystem = (schema: GraphQLSchema): TypeSystem => ({
  matches(typename, condition) {
    if (typename === condition) return true;
    if (typeof typename !== 'string') return false;
    const type = schema.getType(typename);
    const wanted = schema.getType(condition);
    return (isObjectType(type) || isInterfaceType(type)) && isAbstractType(wanted) && schema.isSubType(wanted, type);
  },
});
