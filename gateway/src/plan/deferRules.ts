/**
 * What the specification's proposal asks of @defer besides its place (github.com/graphql/graphql-spec/pull/742):
 * labels tell what follows apart, what writes is done in order, and a subscription's events come whole.
 */
import {
  type ASTVisitor,
  type DirectiveNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValueNode,
} from 'graphql';

export function deferRules(context: ValidationContext): ASTVisitor {
  const labels = new Map<string, DirectiveNode>();
  const report = (message: string, ...nodes: DirectiveNode[]) =>
    context.reportError(new GraphQLError(message, { nodes }));
  return {
    Directive(node) {
      if (node.name.value !== 'defer') return;
      const label = argument(node, 'label');
      if (!label || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING) return report('The label of @defer must be a plain string.', node);
      const other = labels.get(label.value);
      if (other) report(`The label "${label.value}" stands at two @defer.`, other, node);
      else labels.set(label.value, node);
    },
    OperationDefinition({ operation, selectionSet }) {
      if (operation === OperationTypeNode.QUERY) return;
      for (const { defer, isRoot } of defersIn(context, selectionSet)) {
        if (isRoot) report(`The root fields of a ${operation} cannot be deferred.`, defer);
        else if (operation === OperationTypeNode.SUBSCRIPTION && !canBeOff(defer))
          report('Nothing in a subscription can be deferred, unless by @defer(if: false).', defer);
      }
    },
  };
}

/** Each @defer of an operation, and whether it stands among its root fields. */
function defersIn(context: ValidationContext, top: SelectionSetNode): { defer: DirectiveNode; isRoot: boolean }[] {
  const found: { defer: DirectiveNode; isRoot: boolean }[] = [];
  const seen = new Set<string>();
  const visit = ({ selections }: SelectionSetNode, isRoot: boolean): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.selectionSet) visit(selection.selectionSet, false);
        continue;
      }
      for (const defer of selection.directives ?? []) if (defer.name.value === 'defer') found.push({ defer, isRoot });
      if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet, isRoot);
      else {
        const fragment = context.getFragment(selection.name.value);
        const once = `${selection.name.value} ${isRoot}`;
        if (!fragment || seen.has(once)) continue;
        seen.add(once);
        visit(fragment.selectionSet, isRoot);
      }
    }
  };
  visit(top, true);
  return found;
}

const argument = (directive: DirectiveNode, wanted: string): ValueNode | undefined =>
  directive.arguments?.find(({ name }) => name.value === wanted)?.value;

function canBeOff(defer: DirectiveNode): boolean {
  const condition = argument(defer, 'if');
  return condition?.kind === Kind.VARIABLE || (condition?.kind === Kind.BOOLEAN && !condition.value);
}
