/**
 * Says where in a request a malformed value stands. graphql-js reports it in prose; clients get `extensions.path`,
 * the way from the argument into its value: `["filter", "regions", "0"]`, however the value came (literal or variable).
 */
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  Kind,
  coerceInputValue,
  isInputType,
  typeFromAST,
  visit,
} from 'graphql';
import { HubError, badInput } from './errors.js';

type Ancestors = readonly (unknown | readonly unknown[])[];

/** The names on the way from the enclosing argument down to a value node. */
function wayTo(ancestors: Ancestors, key: string | number | undefined): string[] {
  const way: string[] = [];
  for (const [index, ancestor] of ancestors.entries()) {
    const node = ancestor as { kind?: Kind; name?: { value: string } };
    if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) way.push(node.name!.value);
    const below = ancestors[index + 1];
    if (node.kind === Kind.LIST && Array.isArray(below)) {
      const child = ancestors[index + 2];
      way.push(String(child === undefined ? key : below.indexOf(child)));
    }
  }
  return way;
}

function wayToNode(document: DocumentNode, wanted: unknown): string[] {
  let way: string[] = [];
  visit(document, {
    enter(node, key, parent, _path, ancestors) {
      if (node === wanted) way = wayTo([...ancestors, parent], key); // graphql-js leaves the parent out of the ancestors
    },
  });
  return way;
}

/** A validation error as clients should see it: with the code and path of malformed input when it is that. */
export function withInputPath(document: DocumentNode, error: GraphQLError): GraphQLError {
  const node = error.nodes?.[0];
  const isValue = node !== undefined && node.kind.endsWith('Value');
  if (!isValue) return error;
  return badInput(wayToNode(document, node), error.originalError?.message ?? error.message);
}

const maxFaults = 50;

/** The faults in the variables of an operation, the first fifty of them; empty when they fit. */
export function variableFaults(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): HubError[] {
  const faults: HubError[] = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type as never);
    if (!isInputType(type) || !Object.hasOwn(variables, name)) continue;
    let way: string[] | undefined; // found once: it takes a walk through the document
    coerceInputValue(variables[name], type, (path, _value, error) => {
      if (faults.length >= maxFaults) return;
      way ??= usedAt(document, name);
      faults.push(badInput([...way, ...path], error.originalError?.message ?? error.message));
    });
  }
  return faults;
}

/** Where a variable is first used; its own name when nowhere. */
function usedAt(document: DocumentNode, name: string): string[] {
  let way: string[] | null = null;
  visit(document, {
    Variable(node, key, parent, _path, ancestors) {
      const path = wayTo([...ancestors, parent], key);
      if (way === null && node.name.value === name && path.length > 0) way = path;
    },
  });
  return way ?? [name];
}
