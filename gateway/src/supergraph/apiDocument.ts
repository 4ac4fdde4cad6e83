/**
 * What clients see of a supergraph: the same definitions without those of the linked specifications, without what
 * is @inaccessible (specs.apollo.dev/inaccessible), and without the directives that say how it is put together.
 */
import {
  type ASTNode,
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type TypeNode,
  isTypeDefinitionNode,
  visit,
} from 'graphql';

/** A linked specification. */
export interface Feature {
  name: string;
  /** What its names are prefixed with here. */
  as: string;
  /** What it must be understood for: SECURITY, EXECUTION; null when it may be left aside. */
  purpose: string | null;
  /** What of it has a name of its own here; directives with their @. */
  imports: readonly { name: string; as: string }[];
}

/** What `@name` of a linked specification is called in this document, without the @; null when it is not linked. */
export function directiveName(features: readonly Feature[], feature: string, name: string): string | null {
  const found = features.find((one) => one.name === feature);
  if (!found) return null;
  const imported = found.imports.find((one) => one.name === `@${name}`);
  if (imported) return imported.as.slice(1);
  return name === feature ? found.as : `${found.as}__${name}`;
}

export function apiDocument(document: DocumentNode, features: readonly Feature[]): DocumentNode {
  const imported = new Set(features.flatMap(({ imports }) => imports.map(({ as }) => as.replace(/^@/, ''))));
  const ours = (name: string) =>
    imported.has(name) || features.some(({ as }) => name === as || name.startsWith(`${as}__`));
  const inaccessible = directiveName(features, 'inaccessible', 'inaccessible');
  const isHidden = ({ directives }: { readonly directives?: readonly ConstDirectiveNode[] | undefined }) =>
    inaccessible !== null && directives?.some(({ name }) => name.value === inaccessible) === true;

  const gone = new Set(
    document.definitions.flatMap((definition) => {
      if (!isTypeDefinitionNode(definition)) return [];
      const { value } = definition.name;
      const isFederations = imported.has(value) || features.some(({ as }) => value.startsWith(`${as}__`));
      return isFederations || isHidden(definition) ? [value] : [];
    }),
  );
  const hidden = (node: { directives?: readonly ConstDirectiveNode[]; type: TypeNode }) =>
    isHidden(node) || gone.has(namedType(node.type));

  /** Null drops a node, undefined keeps it. */
  const enter = (node: ASTNode, _key: unknown, parent: ASTNode | readonly ASTNode[] | undefined) => {
    switch (node.kind) {
      case Kind.DIRECTIVE:
      case Kind.DIRECTIVE_DEFINITION:
        return ours(node.name.value) ? null : undefined;
      case Kind.FIELD_DEFINITION:
      case Kind.INPUT_VALUE_DEFINITION:
        return hidden(node) ? null : undefined;
      case Kind.ENUM_VALUE_DEFINITION:
        return isHidden(node) ? null : undefined;
      case Kind.NAMED_TYPE: // in a list: what a type implements or unites
        return Array.isArray(parent) && gone.has(node.name.value) ? null : undefined;
      case Kind.SCHEMA_EXTENSION:
        return null;
      default:
        return isTypeDefinitionNode(node) && gone.has(node.name.value) ? null : undefined;
    }
  };
  return visit(document, { enter });
}

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));
