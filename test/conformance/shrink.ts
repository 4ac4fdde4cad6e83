/** Makes an operation that fails smaller while it still fails, by leaving out whatever can be left out. */
import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  getOperationAST,
  parse,
  print,
  validate,
  visit,
} from 'graphql';
import type { Operation } from './operations.js';

/** `fails` is asked at most `patience` times. */
export async function shrink(
  schema: GraphQLSchema,
  operation: Operation,
  fails: (smaller: Operation) => Promise<boolean>,
  patience = 600,
): Promise<Operation> {
  let best = operation;
  let left = patience;
  for (let progress = true; progress;) {
    progress = false;
    for (let position = 0; left > 0; position++) {
      const candidates = smaller(best.document, position);
      if (!candidates) break;
      for (const document of candidates) {
        const tidied = tidy(schema, document, best);
        if (!tidied || tidied.query.length >= best.query.length) continue;
        left--;
        if (await fails(tidied)) {
          best = tidied;
          progress = true;
          position--; // another part has moved up
          break;
        }
      }
    }
  }
  return best;
}

/** The document without its `position`th part, or with what is within instead; undefined past the last one. */
function smaller(document: DocumentNode, position: number): DocumentNode[] | undefined {
  let seen = -1;
  let found = false;
  const change = (how: (node: ASTNode) => unknown): DocumentNode => {
    seen = -1;
    return visit(document, {
      enter(node) {
        if (!isPart(node) || ++seen !== position) return undefined;
        found = true;
        return how(node) as ASTNode;
      },
    }) as DocumentNode;
  };
  const without = change(() => null);
  if (!found) return undefined;
  const replaced = change((node) => {
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = document.definitions.find(
        (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === node.name.value,
      );
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION)
        return {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition: fragment.typeCondition,
          directives: node.directives,
          selectionSet: fragment.selectionSet,
        };
    }
    if (node.kind === Kind.FIELD && node.alias) return { ...node, alias: undefined };
    return undefined;
  });
  return [without, replaced, hoisted(document, position)];
}

const isPart = ({ kind }: ASTNode): boolean =>
  [Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD, Kind.ARGUMENT, Kind.DIRECTIVE, Kind.OBJECT_FIELD].includes(
    kind as Kind.FIELD,
  );

/** The document with an inline fragment's selections in its place. */
function hoisted(document: DocumentNode, position: number): DocumentNode {
  let seen = -1;
  let target: ASTNode | undefined;
  visit(document, {
    enter(node) {
      if (isPart(node) && ++seen === position) target = node;
    },
  });
  return visit(document, {
    SelectionSet(node) {
      if (target?.kind !== Kind.INLINE_FRAGMENT || !node.selections.includes(target)) return undefined;
      const inner = target.selectionSet.selections;
      return { ...node, selections: node.selections.flatMap((one) => (one === target ? inner : [one])) };
    },
  });
}

/** Without what nothing needs any more; undefined when it is not valid. */
function tidy(schema: GraphQLSchema, document: DocumentNode, was: Operation): Operation | undefined {
  let query = printed(document);
  for (let before = ''; query !== undefined && query !== before;) {
    before = query;
    const text = query;
    const { definitions, ...rest } = parse(text);
    query = printed({
      ...rest,
      definitions: definitions.flatMap((one): DefinitionNode[] => {
        if (one.kind === Kind.FRAGMENT_DEFINITION)
          return new RegExp(`\\.\\.\\.${one.name.value}\\b`).test(text) ? [one] : [];
        return one.kind === Kind.OPERATION_DEFINITION ? [withoutUnused(one, text)] : [one];
      }),
    });
  }
  if (query === undefined) return undefined;
  const again = parse(query);
  if (!getOperationAST(again, was.operationName) || validate(schema, again).length > 0) return undefined;
  const used = Object.entries(was.variables).filter(([name]) => query.includes(`$${name}:`));
  return { query, document: again, variables: Object.fromEntries(used), operationName: was.operationName };
}

/** Its text without empty braces and parentheses; undefined when nothing is left. */
function printed(document: DocumentNode): string | undefined {
  const text = print(
    visit(document, {
      Field: { leave: (node) => (node.selectionSet?.selections.length === 0 ? null : undefined) },
      InlineFragment: { leave: (node) => (node.selectionSet.selections.length === 0 ? null : undefined) },
      FragmentDefinition: { leave: (node) => (node.selectionSet.selections.length === 0 ? null : undefined) },
      OperationDefinition: { leave: (node) => (node.selectionSet.selections.length === 0 ? null : undefined) },
    }) as DocumentNode,
  );
  return text === '' ? undefined : text;
}

const withoutUnused = (operation: OperationDefinitionNode, text: string): OperationDefinitionNode => ({
  ...operation,
  variableDefinitions: (operation.variableDefinitions ?? []).filter(
    (one) => text.split(new RegExp(`\\$${one.variable.name.value}(?![\\w])`)).length > 2,
  ),
});
