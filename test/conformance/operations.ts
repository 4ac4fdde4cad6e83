/**
 * Makes operations up: valid ones, with everything the language has. A name of the answer that is taken already means
 * the same field there (what stands below is merged), or something else where no object can be both; graphql-js has
 * the last word on what is valid.
 */
import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  doTypesOverlap,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { EngineRequest } from './engine.js';
import { type Random, createRandom } from './random.js';

export interface Operation extends EngineRequest {
  document: DocumentNode;
}

/** The operation of a seed. */
export function createOperation(schema: GraphQLSchema, seed: number): Operation {
  for (let attempt = 0; ; attempt++) {
    const random = createRandom(seed + attempt * 0x9e3779b1);
    const made = new Author(schema, random, attempt < 3 ? 0.15 : 0).operation();
    const document = parse(made.query);
    if (validate(schema, document).length === 0) return { ...made, document };
    if (attempt > 20) throw new Error(`no valid operation for seed ${seed}: ${made.query}`);
  }
}

/** What a name of the answer means where it stands. */
interface Meaning {
  says: string;
  below: Scope;
}
type Scope = Map<string, Meaning>;

interface Variable {
  name: string;
  type: string;
  definition: string;
}

interface Fragment {
  name: string;
  on: GraphQLCompositeType;
  text: string;
}

/** Names that are something else to JavaScript. */
const oddNames = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'then', '__defineGetter__'];
const aliases = ['a', 'b', 'c', 'id', 'name', 'title', ...oddNames];
/** Not `__proto__`: graphql-js itself keeps the values of variables in a plain object. */
const variableNames = ['v', 'constructor', 'toString', 'hasOwnProperty', 'representations', 'id'];

class Author {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  /** How often to say something that may turn out not to be valid. */
  readonly #daring: number;
  readonly #variables: Variable[] = [];
  readonly #values: Record<string, unknown> = {};
  readonly #fragments: Fragment[] = [];
  /** Fragments being written: they cannot spread themselves. */
  #open = 0;
  #fieldsLeft: number;
  readonly #depth: number;

  constructor(schema: GraphQLSchema, random: Random, daring: number) {
    this.#schema = schema;
    this.#random = random;
    this.#daring = daring;
    this.#fieldsLeft = random.pick([4, 8, 15, 25, 40]);
    this.#depth = random.pick([2, 3, 4, 5, 6]);
  }

  operation(): EngineRequest {
    const random = this.#random;
    const mutation = this.#schema.getMutationType();
    const kind = mutation && random.chance(0.12) ? 'mutation' : 'query';
    const root = kind === 'mutation' ? mutation! : this.#schema.getQueryType()!;
    const selections = this.#selections(root, new Map(), this.#depth);
    const name = random.chance(0.5) ? random.pick(['Q', 'constructor', 'toString', 'Operation1']) : undefined;
    const definitions = this.#variables.map((one) => one.definition).join(', ');
    const own = `${kind}${name ? ` ${name}` : ''}${definitions ? `(${definitions})` : ''} ${selections}`;
    const fragments = this.#fragments.map((one) => `fragment ${one.name} on ${one.on.name} ${one.text}`);
    const others = name && random.chance(0.3) ? ['query Other { __typename }'] : [];
    const bare = kind === 'query' && !name && !definitions && random.chance(0.5) ? selections : own;
    const query = [...others, ...(random.chance(0.5) ? [bare, ...fragments] : [...fragments, bare])].join('\n');
    return {
      query,
      variables: this.#values,
      operationName: others.length > 0 || (name && random.chance(0.5)) ? name : undefined,
    };
  }

  #selections(type: GraphQLCompositeType, scope: Scope, depth: number): string {
    const random = this.#random;
    const count = 1 + random.below(depth > 2 ? 4 : 5);
    const parts: string[] = [];
    for (let i = 0; i < count; i++) {
      if (parts.length > 0 && this.#fieldsLeft <= 0) break;
      const kind = random.fraction();
      if (kind < 0.08) parts.push(this.#typename(scope) + this.#conditions());
      else if (depth > 0 && kind < (isObjectType(type) ? 0.22 : isUnionType(type) ? 0.95 : 0.5))
        parts.push(this.#fragment(type, scope, depth));
      else parts.push(this.#anyField(type, scope, depth));
    }
    return `{ ${parts.join(' ')} }`;
  }

  #typename(scope: Scope): string {
    return this.#named('__typename', '__typename', scope).text;
  }

  #fragment(type: GraphQLCompositeType, scope: Scope, depth: number): string {
    const random = this.#random;
    const spread = this.#fragments.filter(
      (one, i) => i >= this.#open && doTypesOverlap(this.#schema, one.on, type) && one.text !== '',
    );
    if (spread.length > 0 && random.chance(this.#daring * 2))
      return `...${random.pick(spread).name}${this.#conditions()}`;
    const fitting = Object.values(this.#schema.getTypeMap()).filter(
      (one): one is GraphQLCompositeType =>
        isCompositeType(one) && !one.name.startsWith('__') && doTypesOverlap(this.#schema, one, type),
    );
    const on = random.chance(0.15) ? type : random.pick(fitting);
    if (random.chance(0.3)) {
      const fragment: Fragment = {
        name: random.chance(0.2) ? `constructor${this.#fragments.length}` : `F${this.#fragments.length}`,
        on,
        text: '',
      };
      this.#fragments.push(fragment);
      const before = this.#open;
      this.#open = this.#fragments.length; // whatever is made within may not spread what is not finished
      fragment.text = this.#selections(on, scope, depth - 1);
      this.#open = before;
      return `...${fragment.name}${this.#conditions()}`;
    }
    const condition = on === type && random.chance(0.5) ? '' : ` on ${on.name}`;
    return `...${condition}${this.#conditions()} ${this.#selections(on, scope, depth - 1)}`;
  }

  #anyField(type: GraphQLCompositeType, scope: Scope, depth: number): string {
    const random = this.#random;
    if (type === this.#schema.getQueryType() && random.chance(0.03)) return this.#introspection(scope);
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const deep = depth > 0 && this.#fieldsLeft > 0;
    const possible = fields.filter((field) => deep || isLeafType(getNamedType(field.type)));
    if (possible.length === 0) return this.#typename(scope);
    const composite = possible.filter((field) => isCompositeType(getNamedType(field.type)));
    const field = composite.length > 0 && random.chance(0.55) ? random.pick(composite) : random.pick(possible);
    return this.#field(type, field, scope, depth);
  }

  #field(parent: GraphQLCompositeType, field: GraphQLField<unknown, unknown>, scope: Scope, depth: number): string {
    this.#fieldsLeft--;
    const named = getNamedType(field.type);
    const own = `${field.name}${this.#arguments(field.args)}`;
    // What is the same in another type has to have the same form, too; so its type is part of what a name means.
    const says = `${this.#random.chance(this.#daring) && isObjectType(parent) ? `${parent.name}.` : ''}${own}: ${String(field.type)}`;
    const { text, below } = this.#named(own, says, scope, field.name);
    const selections = isCompositeType(named) ? ` ${this.#selections(named, below, depth - 1)}` : '';
    return `${text}${this.#conditions()}${selections}`;
  }

  /** Finds a name for something: a free one, or one that means the same. */
  #named(own: string, says: string, scope: Scope, fieldName = own): { text: string; below: Scope } {
    const random = this.#random;
    for (let attempt = 0; ; attempt++) {
      const name =
        attempt === 0 && random.chance(0.7)
          ? fieldName
          : attempt < 4
            ? random.pick(aliases)
            : `${random.pick(aliases)}${attempt}`;
      const meaning = scope.get(name);
      const daring = meaning && random.chance(this.#daring);
      if (meaning && meaning.says !== says && !daring) continue;
      const below = meaning?.below ?? new Map<string, Meaning>();
      if (!meaning) scope.set(name, { says, below });
      return { text: name === fieldName ? own : `${name}: ${own}`, below };
    }
  }

  #introspection(scope: Scope): string {
    const random = this.#random;
    const types = Object.keys(this.#schema.getTypeMap()).filter((name) => !name.startsWith('__'));
    const reference = '{ kind name ofType { kind name ofType { name } } }';
    const [own, below] = random.pick([
      ['__schema', '{ queryType { name } mutationType { name } subscriptionType { name } }'],
      ['__schema', '{ directives { name isRepeatable } }'],
      [
        `__type(name: "${random.pick([...types, 'Nothing', 'constructor'])}")`,
        `{ __typename kind name fields(includeDeprecated: true) { name type ${reference} args { name defaultValue type ${reference} } } inputFields { name defaultValue type ${reference} } enumValues { name } possibleTypes { name } interfaces { name } }`,
      ],
    ] as const);
    const { text } = this.#named(own, `${own}${below}`, scope, own.replace(/\(.*/, ''));
    return `${text} ${below}`;
  }

  #conditions(): string {
    const random = this.#random;
    if (!random.chance(0.12)) return '';
    const one = (name: string) =>
      `@${name}(if: ${random.chance(0.4) ? String(random.chance(0.5)) : this.#condition()})`;
    const [first, second] = random.chance(0.5) ? ['skip', 'include'] : ['include', 'skip'];
    return ` ${one(first!)}${random.chance(0.2) ? ` ${one(second!)}` : ''}`;
  }

  #condition(): string {
    const known = this.#variables.filter((one) => one.type === 'Boolean!');
    if (known.length > 0 && this.#random.chance(0.5)) return `$${this.#random.pick(known).name}`;
    const name = this.#newVariable('Boolean!');
    const variable = this.#variables.at(-1)!;
    if (this.#random.chance(0.3)) {
      variable.definition = `$${name}: Boolean! = ${String(this.#random.chance(0.5))}`;
      if (this.#random.chance(0.5)) return `$${name}`;
    }
    this.#values[name] = this.#random.chance(0.6);
    return `$${name}`;
  }

  #newVariable(type: string): string {
    const taken = new Set(this.#variables.map((one) => one.name));
    let name = this.#random.pick(variableNames);
    for (let i = 1; taken.has(name); i++) name = `v${i}`;
    this.#variables.push({ name, type, definition: `$${name}: ${type}` });
    return name;
  }

  #arguments(args: readonly GraphQLArgument[]): string {
    const told = args.flatMap((arg) => {
      const optional = !isNonNullType(arg.type) || arg.defaultValue !== undefined;
      if (optional && this.#random.chance(0.4)) return [];
      return [`${arg.name}: ${this.#argument(arg.type, arg.defaultValue !== undefined)}`];
    });
    return told.length > 0 ? `(${told.join(', ')})` : '';
  }

  /** A literal, a variable, or a literal with variables in it. */
  #argument(type: GraphQLInputType, hasDefault: boolean, depth = 0): string {
    const random = this.#random;
    if (random.chance(depth === 0 ? 0.4 : 0.2)) return this.#variable(type, hasDefault);
    if (isNonNullType(type)) return this.#literal(type.ofType as GraphQLInputType, depth);
    return random.chance(0.12) ? 'null' : this.#literal(type, depth);
  }

  #variable(type: GraphQLInputType, hasDefault: boolean): string {
    const random = this.#random;
    const known = this.#variables.filter((one) => one.type === String(type));
    if (known.length > 0 && random.chance(0.4)) return `$${random.pick(known).name}`;
    const strict = isNonNullType(type);
    const inner = (strict ? type.ofType : type) as GraphQLInputType;
    // Where the place has a default or the variable has, a variable that can be null may stand for a value that cannot.
    const declared = strict
      ? hasDefault && random.chance(0.4)
        ? inner
        : type
      : random.chance(0.2)
        ? `${String(type)}!`
        : type;
    const mustBe = String(declared).endsWith('!');
    const name = this.#newVariable(String(declared));
    const variable = this.#variables.at(-1)!;
    const fallback = random.chance(0.35) ? this.#value(inner, 0) : undefined;
    if (fallback !== undefined && !(strict && fallback === null)) {
      variable.definition += ` = ${literal(fallback, inner)}`;
      if (random.chance(0.4)) return `$${name}`;
    } else if (!mustBe && random.chance(0.25)) return `$${name}`; // missing
    this.#values[name] = !mustBe && !strict && random.chance(0.15) ? null : this.#value(inner, 0);
    return `$${name}`;
  }

  #literal(type: GraphQLInputType, depth: number): string {
    const random = this.#random;
    if (isNonNullType(type)) return this.#literal(type.ofType as GraphQLInputType, depth);
    if (isListType(type)) {
      const element = type.ofType as GraphQLInputType;
      if (random.chance(0.15) && !isListType(element)) return this.#literal(element, depth); // one stands for a list of one
      return `[${Array.from({ length: random.below(3) }, () => this.#argument(element, false, depth + 1)).join(', ')}]`;
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).flatMap((field) => {
        const optional = !isNonNullType(field.type) || field.defaultValue !== undefined;
        if (optional && (depth > 2 || random.chance(0.5))) return [];
        return [`${field.name}: ${this.#argument(field.type, field.defaultValue !== undefined, depth + 1)}`];
      });
      return `{${fields.join(', ')}}`;
    }
    return literal(this.#value(type, depth), type);
  }

  /** A value that is no null at its top. */
  #value(type: GraphQLInputType, depth: number): unknown {
    const random = this.#random;
    if (isNonNullType(type)) return this.#value(type.ofType as GraphQLInputType, depth);
    if (isListType(type)) {
      const element = type.ofType as GraphQLInputType;
      return Array.from({ length: random.below(3) }, () => this.#nullable(element, depth + 1));
    }
    if (isInputObjectType(type))
      return Object.fromEntries(
        Object.values(type.getFields()).flatMap((field) => {
          const optional = !isNonNullType(field.type) || field.defaultValue !== undefined;
          if (optional && (depth > 2 || random.chance(0.5))) return [];
          return [[field.name, this.#nullable(field.type, depth + 1)]];
        }),
      );
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    switch (type.name) {
      case 'Int':
        return random.pick([0, 1, 2, -7, 2 ** 31 - 1]);
      case 'Float':
        return random.pick([0, 1, -0.5, 1e21]);
      case 'Boolean':
        return random.chance(0.5);
      case 'ID':
        return random.pick(['a', 'b', '', '12', 12]);
      case 'JSON':
        return random.pick<unknown>([{ a: [1, { b: null }] }, [], {}, 'text', 7, true, [[null]], { constructor: 'c' }]);
      default:
        return random.pick(['x', '', 'ü"\\', 'two words', '😀']);
    }
  }

  #nullable(type: GraphQLInputType, depth: number): unknown {
    return !isNonNullType(type) && this.#random.chance(0.12) ? null : this.#value(type, depth);
  }
}

/** A value as a query says it. */
function literal(value: unknown, type: GraphQLInputType | undefined): string {
  if (value === null) return 'null';
  const inner = type && isNonNullType(type) ? (type.ofType as GraphQLInputType) : type;
  if (Array.isArray(value)) {
    const element = inner && isListType(inner) ? (inner.ofType as GraphQLInputType) : undefined;
    return `[${value.map((one) => literal(one, element)).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const fields = inner && isInputObjectType(inner) ? inner.getFields() : {};
    return `{${Object.entries(value)
      .map(([name, one]) => `${name}: ${literal(one, Object.hasOwn(fields, name) ? fields[name]!.type : undefined)}`)
      .join(', ')}}`;
  }
  return isEnumType(inner) ? String(value) : JSON.stringify(value);
}
