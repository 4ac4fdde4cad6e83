/** Fetches of objects from one service, made one request: a document with an aliased `_entities` field for each. */
import {
  type FieldNode,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
  parse,
  print,
} from 'graphql';
import type { EntitySet, FetchNode } from '../plan/plan.js';

/** The same fetches, of which those of objects from one service are one. They must be fit to run at the same time. */
export function united(fetches: readonly FetchNode[]): FetchNode[] {
  const byService = new Map<string, FetchNode[]>();
  const rest: FetchNode[] = [];
  for (const fetch of fetches) {
    if (fetch.entities === null || fetch.operationKind !== 'query') rest.push(fetch);
    else byService.set(fetch.service, [...(byService.get(fetch.service) ?? []), fetch]);
  }
  return [...rest, ...[...byService.values()].map((same) => (same.length === 1 ? same[0]! : unite(same)))];
}

function unite(fetches: readonly FetchNode[]): FetchNode {
  const definitions = new Map<string, VariableDefinitionNode>();
  const sets = new Map<string, { set: EntitySet; selectionSet: SelectionSetNode }>();
  for (const { operation, entities } of fetches) {
    const [definition] = parse(operation, { noLocation: true }).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a fetch without an operation');
    const [set] = entities!;
    for (const one of definition.variableDefinitions ?? [])
      if (one.variable.name.value !== set!.variable) definitions.set(one.variable.name.value, one);
    const { selectionSet } = definition.selectionSet.selections[0] as FieldNode;
    const { paths, requires, inputRewrites, outputRewrites } = set!;
    const same = JSON.stringify([print(selectionSet!), requires, inputRewrites, outputRewrites]);
    const known = sets.get(same);
    if (known) known.set = { ...known.set, paths: [...known.set.paths, ...paths] };
    else sets.set(same, { set: set!, selectionSet: selectionSet! });
  }
  const entities = [...sets.values()].map(({ set }, i) => ({
    ...set,
    key: `_e${i}`,
    variable: `representations_${i}`,
  }));
  return {
    ...fetches[0]!,
    variables: [...new Set(fetches.flatMap(({ variables }) => variables))],
    entities,
    operation: print({
      kind: Kind.DOCUMENT,
      definitions: [
        {
          kind: Kind.OPERATION_DEFINITION,
          operation: OperationTypeNode.QUERY,
          variableDefinitions: [...entities.map(({ variable }) => representations(variable)), ...definitions.values()],
          selectionSet: {
            kind: Kind.SELECTION_SET,
            selections: [...sets.values()].map(({ selectionSet }, i): FieldNode => ({
              kind: Kind.FIELD,
              alias: name(entities[i]!.key),
              name: name('_entities'),
              arguments: [
                {
                  kind: Kind.ARGUMENT,
                  name: name('representations'),
                  value: { kind: Kind.VARIABLE, name: name(entities[i]!.variable) },
                },
              ],
              selectionSet,
            })),
          },
        },
      ],
    }),
  };
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;

/** `$name: [_Any!]!` */
const representations = (variable: string): VariableDefinitionNode => ({
  kind: Kind.VARIABLE_DEFINITION,
  variable: { kind: Kind.VARIABLE, name: name(variable) },
  type: {
    kind: Kind.NON_NULL_TYPE,
    type: {
      kind: Kind.LIST_TYPE,
      type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: name('_Any') } },
    },
  },
});
