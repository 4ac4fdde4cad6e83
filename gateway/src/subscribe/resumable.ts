/**
 * Subscriptions whose place can be told and gone back to, for transports with a place of their own in each event. Which
 * they are is said by the schema alone: a field that takes `after: Cursor` and gives a type with `cursor: Cursor!`.
 *
 * Who did not ask for the cursor has it asked for, and taken out of the answer again. Where to go on from is given as
 * a variable, so that all who resume share one plan.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getNamedType,
  isInterfaceType,
  isObjectType,
  print,
  separateOperations,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { Answer, Request } from '../core.js';

export interface Resumable {
  /** What to ask instead of a request; `from` is the cursor to go on from, in the place of the client's own. */
  request(request: Request, from: string | undefined): Request;
  /** The place of an answer, and the answer as the client asked for it. */
  placed(answer: Answer): { answer: Answer; cursor: string | undefined };
}

/** Null for an operation that cannot be resumed. It has to be valid. */
export function resumable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Resumable | null {
  const own = separateOperations(document)[operation.name?.value ?? ''] ?? document;
  const fields = rootFields(own, operation.selectionSet); // several are one, written in parts
  const [field] = fields;
  const definition = field && schema.getSubscriptionType()?.getFields()[field.name.value];
  if (!definition || !canResume(definition)) return null;

  const text = print(own);
  const unused = (name: string): string => (text.includes(name) ? unused(`${name}_`) : name);
  const key = (field.alias ?? field.name).value;
  const theirs = field.selectionSet?.selections.some(
    (one) => one.kind === Kind.FIELD && one.name.value === cursor && !one.alias && !one.directives?.length,
  );
  const ours = theirs ? null : unused('place');
  const after = field.arguments?.find(({ name }) => name.value === 'after')?.value;
  const theirVariable = after?.kind === Kind.VARIABLE ? after.name.value : null;
  const ourVariable = theirVariable === null ? unused('after') : null;

  const written = (resumes: boolean): string => {
    const added = resumes ? ourVariable : null;
    const changed = visit(own, {
      OperationDefinition: (node) =>
        added === null
          ? undefined
          : {
              ...node,
              variableDefinitions: [
                ...(node.variableDefinitions ?? []),
                {
                  kind: Kind.VARIABLE_DEFINITION,
                  variable: { kind: Kind.VARIABLE, name: nameNode(added) },
                  type: { kind: Kind.NAMED_TYPE, name: nameNode(cursorType) },
                },
              ],
            },
      Field: (node) => {
        if (!fields.includes(node)) return undefined;
        const kept = (node.arguments ?? []).filter(({ name }) => added === null || name.value !== 'after');
        const argument = added !== null && {
          kind: Kind.ARGUMENT,
          name: nameNode('after'),
          value: { kind: Kind.VARIABLE, name: nameNode(added) },
        };
        const selection = ours !== null &&
          node === field && { kind: Kind.FIELD, alias: nameNode(ours), name: nameNode(cursor) };
        return {
          ...node,
          arguments: argument ? [...kept, argument] : kept,
          selectionSet: {
            ...node.selectionSet,
            selections: [...(selection ? [selection] : []), ...node.selectionSet!.selections],
          },
        };
      },
    }) as DocumentNode;
    return stripIgnoredCharacters(print(changed));
  };
  const texts = new Map<boolean, string>();
  const textFor = (resumes: boolean): string => {
    const known = texts.get(resumes) ?? written(resumes);
    texts.set(resumes, known);
    return known;
  };

  return {
    request(request, from) {
      const resumes = from !== undefined;
      const variables = resumes ? { ...request.variables, [theirVariable ?? ourVariable!]: from } : request.variables;
      if (ours === null && (!resumes || theirVariable !== null)) return { ...request, variables };
      return { query: textFor(resumes), operationName: operation.name?.value, variables };
    },
    placed(answer) {
      const data = answer.data === undefined ? null : (JSON.parse(answer.data) as Record<string, Event | null> | null);
      const event = data?.[key];
      if (!event) return { answer, cursor: undefined };
      const place = event[ours ?? cursor];
      const told = typeof place === 'string' ? place : undefined;
      if (ours === null) return { answer, cursor: told };
      delete event[ours];
      return { answer: { ...answer, data: JSON.stringify(data) }, cursor: told };
    },
  };
}

type Event = Record<string, unknown>;
const cursor = 'cursor';
const cursorType = 'Cursor';
const nameNode = (value: string): NameNode => ({ kind: Kind.NAME, value });

function canResume({ args, type }: GraphQLField<unknown, unknown>): boolean {
  const payload = getNamedType(type);
  const after = args.find(({ name }) => name === 'after');
  return (
    after !== undefined &&
    String(after.type) === cursorType &&
    (isObjectType(payload) || isInterfaceType(payload)) &&
    String(payload.getFields()[cursor]?.type) === `${cursorType}!`
  );
}

/** The fields at the top, also of fragments. */
function rootFields(document: DocumentNode, { selections }: SelectionSetNode): FieldNode[] {
  return selections.flatMap((one) => {
    if (one.kind === Kind.FIELD) return [one];
    if (one.kind === Kind.INLINE_FRAGMENT) return rootFields(document, one.selectionSet);
    const fragment = document.definitions.find(
      (other): other is FragmentDefinitionNode =>
        other.kind === Kind.FRAGMENT_DEFINITION && other.name.value === one.name.value,
    );
    return fragment ? rootFields(document, fragment.selectionSet) : [];
  });
}
