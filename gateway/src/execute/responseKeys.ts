/**
 * What the planner is shown of an operation, and what the services therefore answer under.
 *
 * A client may call anything anything: `{ product { id: name  price(currency: "EUR") } }`. The planner adds fields of
 * its own (keys, what others require) under their plain names, and would meet the client's there. So every field
 * that has arguments, or an alias that is not its name, gets a response key of ours; the projector knows which. It
 * also makes plain keys of names such as `__proto__`.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  isInterfaceType,
  isObjectType,
  visit,
} from 'graphql';

export interface ResponseKeys {
  /** The key under which the data have this field of the client's. */
  of(field: FieldNode): string;
  /** What the client calls it. */
  clients(key: string): string;
  /** The document with these keys, without introspection. Selections that are left empty ask for __typename. */
  planned(document: DocumentNode): DocumentNode;
}

/** `schema`: with every field there is, so that ours meet none of them. */
export function responseKeys(schema: GraphQLSchema): ResponseKeys {
  const names = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [],
  );
  let prefix = 'c_';
  while (names.some((name) => name.startsWith(prefix))) prefix = `c${prefix}`;
  const isOwn = ({ name, alias, arguments: given }: FieldNode): boolean =>
    (alias !== undefined && alias.value !== name.value) || (given !== undefined && given.length > 0);
  const of = (field: FieldNode): string =>
    isOwn(field) ? prefix + (field.alias ?? field.name).value : field.name.value;
  return {
    of,
    clients: (key) => (key.startsWith(prefix) ? key.slice(prefix.length) : key),
    planned: (document) =>
      visit(document, {
        Field: (field) =>
          isIntrospection(field)
            ? null
            : isOwn(field)
              ? { ...field, alias: { kind: Kind.NAME, value: of(field) } }
              : field.alias
                ? { ...field, alias: undefined }
                : undefined,
        SelectionSet: {
          leave: (node) => (node.selections.length === 0 ? { ...node, selections: [typenameField] } : undefined),
        },
        FragmentDefinition: ({ typeCondition }) => (typeCondition.name.value.startsWith('__') ? null : undefined),
        OperationDefinition: {
          // The root's type is known; nobody has to be asked.
          leave: (node) => {
            const { selections } = node.selectionSet;
            const others = selections.filter((one) => one.kind !== Kind.FIELD || one.name.value !== '__typename');
            return others.length > 0 && others.length < selections.length
              ? { ...node, selectionSet: { ...node.selectionSet, selections: others } }
              : undefined;
          },
        },
      }),
  };
}

export const isIntrospection = ({ name }: FieldNode): boolean => name.value === '__schema' || name.value === '__type';

const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
