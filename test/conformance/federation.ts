/** What the subgraphs of a world say about their fields: read from their SDL, not from the supergraph under test. */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type SelectionSetNode,
  parse,
  print,
} from 'graphql';

export interface FieldFacts {
  type: string;
  /** Declared only to be named by others: another subgraph resolves it. */
  external: boolean;
  /** The service this one has taken the field over from. */
  takenFrom: string | undefined;
  requires: SelectionSetNode | undefined;
  provides: SelectionSetNode | undefined;
}

export interface TypeFacts {
  kind: 'object' | 'interface' | 'union' | 'enum' | 'other';
  keys: { selections: SelectionSetNode; resolvable: boolean }[];
  interfaceObject: boolean;
  fields: Map<string, FieldFacts>;
  /** Of an object or interface: what it implements. */
  interfaces: string[];
  /** Of a union: its types. Of an enum: its values. */
  members: string[];
}

export interface SubgraphFacts {
  name: string;
  document: DocumentNode;
  types: Map<string, TypeFacts>;
}

export function readSubgraph(name: string, sdl: string): SubgraphFacts {
  const document = parse(sdl, { noLocation: true });
  const types = new Map<string, TypeFacts>();
  const factsOf = (typeName: string, kind: TypeFacts['kind']): TypeFacts => {
    const known = types.get(typeName);
    if (known) return known;
    const made = { kind, keys: [], interfaceObject: false, fields: new Map(), interfaces: [], members: [] };
    types.set(typeName, made);
    return made;
  };
  for (const definition of document.definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.OBJECT_TYPE_EXTENSION:
      case Kind.INTERFACE_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_EXTENSION: {
        const isInterface = definition.kind.startsWith('Interface');
        const facts = factsOf(definition.name.value, isInterface ? 'interface' : 'object');
        for (const directive of definition.directives ?? []) {
          if (directive.name.value === 'key')
            facts.keys.push({
              selections: fieldSet(argument(directive, 'fields')),
              resolvable: argument(directive, 'resolvable') !== false,
            });
          if (directive.name.value === 'interfaceObject') facts.interfaceObject = true;
        }
        facts.interfaces.push(...(definition.interfaces ?? []).map((one) => one.name.value));
        const allExternal = definition.directives?.some((directive) => directive.name.value === 'external') ?? false;
        for (const field of definition.fields ?? []) facts.fields.set(field.name.value, readField(field, allExternal));
        break;
      }
      case Kind.UNION_TYPE_DEFINITION:
      case Kind.UNION_TYPE_EXTENSION:
        factsOf(definition.name.value, 'union').members.push(...(definition.types ?? []).map((one) => one.name.value));
        break;
      case Kind.ENUM_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_EXTENSION:
        factsOf(definition.name.value, 'enum').members.push(
          ...(definition.values ?? [])
            .filter((value) => !value.directives?.some((directive) => directive.name.value === 'inaccessible'))
            .map((value) => value.name.value),
        );
        break;
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      case Kind.SCALAR_TYPE_DEFINITION:
        factsOf(definition.name.value, 'other');
        break;
      default:
    }
  }
  return { name, document, types };
}

function readField(field: FieldDefinitionNode, allExternal: boolean): FieldFacts {
  const directive = (name: string) => field.directives?.find((one) => one.name.value === name);
  const selections = (name: string) => {
    const found = directive(name);
    return found && fieldSet(argument(found, 'fields'));
  };
  const override = directive('override');
  return {
    type: print(field.type),
    external: allExternal || directive('external') !== undefined,
    takenFrom: override && String(argument(override, 'from')),
    requires: selections('requires'),
    provides: selections('provides'),
  };
}

function argument(directive: ConstDirectiveNode, name: string): string | boolean | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.BOOLEAN ? value.value : undefined;
}

function fieldSet(text: string | boolean | undefined): SelectionSetNode {
  const [definition] = parse(`{ ${String(text)} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a field set is a selection');
  return definition.selectionSet;
}
