/**
 * Whether a subscription can be resumed: it has to take the cursor to go on from and to tell the cursor of each event.
 * It is checked and never rewritten, so that what is asked is what stands in the caller's program.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  parse,
} from 'graphql';
import { SubscriptionFailure } from './failure.js';

export interface ResumableDocument {
  /** The response key of the event in an answer. */
  field: string;
  /** The variable that takes the cursor to go on from. */
  after: string;
}

/** Throws `SubscriptionFailure` with what to write instead. */
export function resumable(query: string, operationName?: string): ResumableDocument {
  const document = read(query);
  const operations = document.definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION && (!operationName || one.name?.value === operationName) ? [one] : [],
  );
  const [operation, another] = operations;
  if (!operation || another)
    throw bad(
      operationName
        ? `There is no operation ${operationName} in it.`
        : 'It has to have one operation; `operationName` picks one of several.',
    );
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
    throw bad(`It has to be a subscription, not a ${operation.operation}.`);
  const field = operation.selectionSet.selections.find((one): one is FieldNode => one.kind === Kind.FIELD);
  if (!field) throw bad('It has to ask for its field by name, not through a fragment.');
  const after = field.arguments?.find(({ name }) => name.value === 'after')?.value;
  const name = after?.kind === Kind.VARIABLE ? after.name.value : undefined;
  const variable = operation.variableDefinitions?.find((one) => one.variable.name.value === name);
  if (name === undefined || variable?.type.kind !== Kind.NAMED_TYPE || variable.type.name.value !== 'Cursor')
    throw bad(
      `It has to take the cursor to go on from: subscription ($after: Cursor) { ${field.name.value}(after: $after) { … } }.`,
    );
  const fragments = new Map(
    document.definitions.flatMap((one): [string, FragmentDefinitionNode][] =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
    ),
  );
  for (const wanted of ['cursor', 'type'])
    if (!field.selectionSet || !selects(field.selectionSet, wanted, fragments))
      throw bad(`It has to ask for \`${wanted}\` of each event, under that name.`);
  return { field: (field.alias ?? field.name).value, after: name };
}

function read(query: string): DocumentNode {
  try {
    return parse(query);
  } catch (cause) {
    throw bad((cause as Error).message, cause);
  }
}

/** Each fragment is followed once, so that those that spread each other end. */
function selects(
  { selections }: SelectionSetNode,
  wanted: string,
  fragments: Map<string, FragmentDefinitionNode>,
  followed = new Set<string>(),
): boolean {
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === wanted && !selection.alias;
    if (selection.kind === Kind.INLINE_FRAGMENT) return selects(selection.selectionSet, wanted, fragments, followed);
    const name = selection.name.value;
    const fragment = fragments.get(name);
    if (!fragment || followed.has(name)) return false;
    return selects(fragment.selectionSet, wanted, fragments, followed.add(name));
  });
}

const bad = (message: string, cause?: unknown) =>
  new SubscriptionFailure('BAD_SUBSCRIPTION', `This subscription cannot be resumed. ${message}`, { cause });
