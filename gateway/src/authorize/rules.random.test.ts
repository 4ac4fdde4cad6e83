/**
 * Random operations under random rules: whatever objects turn up, nothing is left that anybody lacks a check for, and
 * nothing is gone that nobody does. What a field needs is said here a second time, object by object.
 */
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { expect, test } from '@jest/globals';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  buildASTSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isUnionType,
  parse,
  parseConstValue,
  print,
  validate,
  visit,
} from 'graphql';
import { type Check, type Holder, grants } from './checks.js';
import { readRules } from './rules.js';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11",
  import: ["@key", "@external", "@requires", "@interfaceObject", "@shareable"])\n`;
const { supergraphSdl: sdl, errors } = composeServices([
  {
    name: 'one',
    url: 'http://one',
    typeDefs: parse(`${federation}
      type Query { a: A b(by: Int): B things: [Thing!]! named: [Named] any: [Any!] sealed: Seal }
      type Mutation { change(by: Int): A drop: Thing }
      interface Thing { id: ID! mood: Mood next: Thing peer: Named }
      interface Named implements Thing @key(fields: "id") { id: ID! mood: Mood next: Thing peer: Named name(long: Boolean): String }
      type A implements Named & Thing @key(fields: "id") { id: ID! mood: Mood next: B peer: A name(long: Boolean): String cost: Int own: C }
      type B implements Named & Thing @key(fields: "id") { id: ID! mood: Mood next: Thing peer: Named name(long: Boolean): String any: Any }
      type C implements Thing { id: ID! mood: Mood next: Thing peer: Named width: Int seal: Seal }
      type D { a: A mood: Mood seal: [Seal] }
      union Any = A | C | D
      enum Mood { GOOD BAD }
      scalar Seal
    `),
  },
  {
    name: 'two',
    url: 'http://two',
    typeDefs: parse(`${federation}
      type A @key(fields: "id") {
        id: ID!
        cost: Int @external
        own: C @external
        price: Int @requires(fields: "cost")
        label: String @requires(fields: "own { width seal }")
      }
      type C { width: Int @external seal: Seal @external }
      scalar Seal
    `),
  },
  {
    name: 'three',
    url: 'http://three',
    typeDefs: parse(`${federation}
      type A @key(fields: "id") { id: ID! price: Int @external gross: Int @requires(fields: "price") }
    `),
  },
  {
    name: 'four',
    url: 'http://four',
    typeDefs: parse(`${federation}
      type Named @key(fields: "id") @interfaceObject { id: ID! mood: Mood @external rank: Int @requires(fields: "mood") }
      enum Mood { GOOD BAD }
    `),
  },
]);
if (!sdl) throw new Error(errors?.join('\n'));
const base = parse(sdl);
const api = Supergraph.build(sdl).apiSchema().toGraphQLJSSchema();
/** The API once more, by name: which objects a type may turn out to be, and what its fields yield. */
interface Shape {
  isInterface: boolean;
  objects: readonly string[];
  fields: ReadonlyMap<string, { yields: string; argument: string | undefined }>;
}
const shapes = new Map<string, Shape>();
for (const type of Object.values(api.getTypeMap()))
  if (isCompositeType(type) && !type.name.startsWith('__'))
    shapes.set(type.name, {
      isInterface: isInterfaceType(type),
      objects: isAbstractType(type) ? api.getPossibleTypes(type).map(({ name }) => name) : [type.name],
      fields: new Map(
        Object.values(isUnionType(type) ? {} : type.getFields()).map(({ name, type: yields, args }) => [
          name,
          { yields: getNamedType(yields).name, argument: args[0]?.name },
        ]),
      ),
    });
const objectsOf = (type: string) => shapes.get(type)?.objects ?? [];
const yieldOf = (type: string, field: string) => shapes.get(type)!.fields.get(field)!.yields;
const overlap = (a: string, b: string) => objectsOf(a).some((name) => objectsOf(b).includes(name));

const requires: Record<string, readonly string[]> = {
  'A.price': ['A.cost'],
  'A.label': ['A.own', 'C.width', 'C.seal'],
  'A.gross': ['A.price'],
  'A.rank': ['A.mood'],
  'B.rank': ['B.mood'],
};

type Random = () => number;
const seeded = (seed: number): Random => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

const names = ['x', 'y', 'z'];
function someCheck(random: Random): Check {
  const kind = pick(random, ['authenticated', 'scopes', 'policies'] as const);
  if (kind === 'authenticated') return { kind };
  const set = () => names.filter(() => random() < 0.4);
  return { kind, anyOf: random() < 0.4 ? [set(), set()] : [set()] };
}

function someHolder(random: Random): Holder {
  const some = () => new Set(names.filter(() => random() < 0.5));
  return random() < 0.3
    ? { authenticated: false, scopes: new Set(), policies: new Set() }
    : { authenticated: true, scopes: some(), policies: some() };
}

type Table = ReadonlyMap<string, readonly Check[]>;

/** Writes random checks on types and fields of the supergraph, under random names. */
function someRules(random: Random, onInterfaces: boolean): { supergraph: GraphQLSchema; table: Table } {
  const table = new Map<string, Check[]>();
  const often = pick(random, [0.03, 0.1, 0.25]);
  const called = { authenticated: pick(random, ['authenticated', 'in']), scopes: 'needs', policies: 'policy' };
  const directives = (place: string): ConstDirectiveNode[] =>
    (['authenticated', 'scopes', 'policies'] as const).flatMap((kind) => {
      const check = someCheck(random);
      if (random() > often || check.kind !== kind) return [];
      table.set(place, [...(table.get(place) ?? []), check]);
      return [directive(called[kind], check)];
    });
  const onType = <
    T extends { readonly name: { readonly value: string }; readonly directives?: readonly ConstDirectiveNode[] },
  >(
    node: T,
  ): T =>
    /__/.test(node.name.value)
      ? node
      : { ...node, directives: [...(node.directives ?? []), ...directives(node.name.value)] };
  const document = visit(base, {
    SchemaDefinition: (node) => ({ ...node, directives: [...(node.directives ?? []), ...links(called)] }),
    ScalarTypeDefinition: onType,
    EnumTypeDefinition: onType,
    ObjectTypeDefinition: (node) => ({
      ...onType(node),
      fields: node.fields?.map((field) => ({
        ...field,
        directives: [...(field.directives ?? []), ...directives(`${node.name.value}.${field.name.value}`)],
      })),
    }),
    InterfaceTypeDefinition: (node) =>
      onInterfaces
        ? {
            ...onType(node),
            fields: node.fields?.map((field) => ({
              ...field,
              directives: [...(field.directives ?? []), ...directives(`${node.name.value}.${field.name.value}`)],
            })),
          }
        : undefined,
  });
  const definitions = parse(`
    directive @${called.authenticated} on OBJECT
    directive @${called.scopes}(scopes: [[String!]!]!) on OBJECT
    directive @${called.policies}(policies: [[String!]!]!) on OBJECT
  `).definitions;
  const supergraph = buildASTSchema(
    { kind: Kind.DOCUMENT, definitions: [...document.definitions, ...definitions] },
    { assumeValid: true, assumeValidSDL: true },
  );
  return { supergraph, table };
}

const directive = (name: string, check: Check): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: name },
  ...(check.kind !== 'authenticated' && {
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: check.kind },
        value: parseConstValue(JSON.stringify(check.anyOf)),
      },
    ],
  }),
});

const links = (called: Record<Check['kind'], string>): readonly ConstDirectiveNode[] => {
  const [definition] = parse(`
    extend schema
      @link(url: "https://specs.apollo.dev/authenticated/v0.1", import: [{ name: "@authenticated", as: "@${called.authenticated}" }])
      @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", as: "${called.scopes}")
      @link(url: "https://specs.apollo.dev/policy/v0.1", import: ["@policy"])
  `).definitions;
  return definition?.kind === Kind.SCHEMA_EXTENSION ? (definition.directives ?? []) : [];
};

/** A random operation with fragments, variables, conditions and aliases. It may not be valid. */
function someOperation(random: Random): string {
  const fragments: string[] = [];
  const conditions: string[] = [];
  let aliases = 0;
  const selection = (type: string, depth: number): string => {
    const fields = [...shapes.get(type)!.fields].filter(([, { yields }]) => depth > 0 || !shapes.has(yields));
    const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      const include = random() < 0.1 ? ' @include(if: $in)' : '';
      const fitting = conditions.flatMap((on, index) => (overlap(type, on) ? [index] : []));
      if (random() < 0.2 && fitting.length > 0) return `...F${pick(random, fitting)}${include}`;
      if ((random() < 0.35 || fields.length === 0) && depth > 0) {
        const on = pick(
          random,
          [...shapes.keys()].filter((other) => overlap(type, other)),
        );
        return `... on ${on}${include} ${selection(on, depth - 1)}`;
      }
      if (fields.length === 0 || random() < 0.05) return '__typename';
      const [name, { yields, argument }] = pick(random, fields);
      const alias = random() < 0.4 || argument ? `k${aliases++}: ` : '';
      const given = argument && random() < 0.7 ? `(${argument}: $${argument})` : '';
      return `${alias}${name}${given}${include}${shapes.has(yields) ? ` ${selection(yields, depth - 1)}` : ''}`;
    });
    return `{ ${parts.join(' ')} }`;
  };
  for (let index = 0; index < 3; index++) {
    const on = pick(random, [...shapes.keys()]);
    fragments.push(`fragment F${index} on ${on} ${selection(on, 2)}`);
    conditions.push(on);
  }
  const isMutation = random() < 0.15;
  const body = selection(isMutation ? 'Mutation' : 'Query', 3);
  const reached = new Set<string>();
  const reach = (text: string): void => {
    for (const [, name] of text.matchAll(/\.\.\.(F\d)/g))
      if (!reached.has(name!)) reach((reached.add(name!), fragments[Number(name!.slice(1))]!));
  };
  reach(body);
  const used = [body, ...fragments.filter((_, index) => reached.has(`F${index}`))];
  const variables = ['in: Boolean!', 'by: Int', 'long: Boolean'].filter((one) =>
    used.join().includes(`$${one.split(':')[0]}`),
  );
  const head = `${isMutation ? 'mutation' : 'query'} Q${variables.length > 0 ? `(${variables.map((one) => `$${one}`).join(', ')})` : ''}`;
  return [`${head} ${used[0]}`, ...used.slice(1)].join('\n');
}

/** What a field of an object needs, and a field asked on an interface beyond that. */
function oracle(table: Table, holder: Holder) {
  const unmet = (place: string) => grants(table.get(place) ?? [], holder).includes(false);
  const refusesYield = (type: string, field: string): boolean => {
    const below = yieldOf(type, field);
    return unmet(below) || (shapes.get(below)?.isInterface === true && objectsOf(below).some(unmet));
  };
  /** Whether an object of this type may not show this field. */
  const refuses = (object: string, field: string): boolean =>
    unmet(object) ||
    unmet(`${object}.${field}`) ||
    refusesYield(object, field) ||
    (requires[`${object}.${field}`] ?? []).some((place) => {
      const [type, required] = place.split('.');
      return refuses(type!, required!);
    });
  return {
    refuses,
    /** Whether a node must be refused: for what is written on its type, or for an object that it may meet. */
    refusesNode: (parent: string, field: string): boolean =>
      unmet(parent) ||
      unmet(`${parent}.${field}`) ||
      refusesYield(parent, field) ||
      objectsOf(parent).some((object) => refuses(object, field)),
  };
}

/** Visits the field nodes of the operation, with the type they are asked on and the objects that may turn up there. */
function walk(
  document: DocumentNode,
  see: (field: FieldNode, parent: string, objects: readonly string[]) => boolean,
): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const inside = ({ selections }: SelectionSetNode, parent: string, objects: readonly string[]): void => {
    for (const one of selections) {
      if (one.kind === Kind.FIELD) {
        const name = one.name.value;
        if (name === '__typename' || !see(one, parent, objects) || !one.selectionSet) continue;
        const below = objects.flatMap((object) => objectsOf(yieldOf(object, name)));
        inside(one.selectionSet, yieldOf(parent, name), [...new Set(below)]);
      } else {
        const fragment = one.kind === Kind.FRAGMENT_SPREAD ? fragments.get(one.name.value)! : one;
        const on = fragment.typeCondition?.name.value ?? parent;
        inside(
          fragment.selectionSet,
          on,
          objects.filter((name) => objectsOf(on).includes(name)),
        );
      }
    }
  };
  const operation = getOperationAST(document)!;
  const root = operation.operation === 'mutation' ? 'Mutation' : 'Query';
  inside(operation.selectionSet, root, [root]);
}

const seed = Math.floor(Math.random() * 2 ** 31);

test.each([true, false])(`rules on interfaces too: %s (seed ${seed})`, (onInterfaces) => {
  const random = seeded(seed);
  const met = { operations: 0, refusing: 0, whole: 0, emptied: 0 };
  for (let round = 0; round < 30; round++) {
    const { supergraph, table } = someRules(random, onInterfaces);
    const rules = readRules(supergraph);
    for (let turn = 0; turn < 20; turn++) {
      const text = someOperation(random);
      const document = parse(text);
      if (validate(api, document).length > 0) continue;
      met.operations++;
      const holder = someHolder(random);
      const { refuses, refusesNode } = oracle(table, holder);
      const guarded = rules?.of(document, getOperationAST(document)!);
      const none: ReadonlyMap<FieldNode, Check> = new Map();
      const left = guarded?.without(grants(guarded.checks, holder)) ?? { document, refused: none };
      const faults: string[] = [];

      // Nothing is left that an object would have to refuse, and what is left can be planned.
      if (left.document) {
        faults.push(...validate(api, left.document).map(({ message }) => message));
        walk(left.document, (field, parent, objects) => {
          const name = field.name.value;
          for (const object of objects) if (refuses(object, name)) faults.push(`${object}.${name} is left`);
          if (refusesNode(parent, name)) faults.push(`${name} on ${parent} is left`);
          return true;
        });
      } else met.emptied++;

      // Nothing is refused that need not be (an interface's own rule, bound to its types, may be more than that), and
      // every leaf that is not below a refused field is still there, as the same node.
      const leaves = new Set<FieldNode>();
      walk(document, (field, parent) => {
        const refused = left.refused.has(field);
        if (!refused && !field.selectionSet) leaves.add(field);
        if (refused && !onInterfaces && !refusesNode(parent, field.name.value))
          faults.push(`${field.name.value} on ${parent} is refused`);
        return !refused;
      });
      if (left.document) walk(left.document, (field) => (leaves.delete(field), true));
      for (const { name } of leaves) faults.push(`${name.value} is lost`);

      if (faults.length > 0)
        throw new Error(
          [text, left.document && print(left.document), JSON.stringify([...table]), ...faults].join('\n'),
        );
      if (left.refused.size > 0) met.refusing++;
      else met.whole++;
    }
  }
  // It has to have tried something.
  expect(met.operations).toBeGreaterThan(400);
  expect(Math.min(met.refusing, met.whole, met.emptied)).toBeGreaterThan(10);
});
