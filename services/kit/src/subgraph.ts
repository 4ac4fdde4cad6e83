/**
 * A subgraph, as a list one can read aloud: its resolvers, its entities' references, its loaders.
 *
 * type-graphql builds a schema; @apollo/subgraph rebuilds it from SDL with the federation machinery around it. The
 * rebuild forgets enum defaults and `extensions`, which are carried over here.
 */
import 'reflect-metadata'; // type-graphql's decorators ask for it, whichever module comes first
import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  type GraphQLScalarType,
  type GraphQLSchema,
  type OperationTypeNode,
  isInputObjectType,
  isObjectType,
  isInterfaceType,
  parse,
} from 'graphql';
import { type NonEmptyArray, buildSchema, createResolversMap } from 'type-graphql';
import type { Session, Settings } from './database.js';
import { DateTime } from './scalars.js';
import type { Viewer } from './viewer.js';

/** What every resolver is handed, before the service's own loaders. */
export interface Base {
  /** Who asks, as of now: on a long-lived subscription a renewed passport changes it. */
  readonly viewer: Viewer;
  /** Languages the viewer prefers, best first. */
  readonly locales: readonly string[];
  readonly db: Session;
  /** The clock; tests set it. */
  readonly now: () => Date;
}

/** A federated reference as the gateway sends it. */
export type Reference = { __typename: string; id: string } & Record<string, unknown>;

export interface SubgraphDefinition<L extends object, P = undefined> {
  name: string;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- type-graphql's own type for classes
  resolvers: NonEmptyArray<Function>;
  /** Object types that no field reaches directly: members of an interface, entities that only extend another service's. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
  types?: Function[];
  /** Scalars that stand for a class, as type-graphql's `scalarsMap`. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
  scalars?: { type: Function; scalar: GraphQLScalarType }[];
  /** The loaders of one request; made anew for each, they remember one viewer's answers. `parts` is what the process
   *  made once and every request shares. */
  loaders: (base: Base, parts: P) => L;
  /** What the session tells the row-level policies about the viewer. */
  settings: (viewer: Viewer) => Settings;
  /** What is owed once an operation's transaction has ended and before its answer leaves, for instance to write down
   *  who reads it. What it throws is answered instead, and nothing of the answer leaves. What it returns goes along with
   *  an event as `extensions`, for the gateway. Undefined when nothing is owed. */
  beforeAnswer?: (
    context: Base & L,
    operation: OperationTypeNode,
  ) => Promise<Record<string, unknown> | undefined> | undefined;
  /** Per entity: the thing a reference names, or null when it does not exist or may not be seen. */
  references: Record<string, (reference: Reference, context: Base & L) => unknown>;
}

export interface Subgraph<L extends object = object, P = undefined> extends SubgraphDefinition<L, P> {
  schema: GraphQLSchema;
  /** The SDL the composition reads. */
  sdl: string;
}

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@tag", "@inaccessible", "@authenticated", "@requiresScopes"])`;

export async function buildSubgraph<L extends object, P>(
  definition: SubgraphDefinition<L, P>,
): Promise<Subgraph<L, P>> {
  const built = await buildSchema({
    resolvers: definition.resolvers,
    orphanedTypes: definition.types ?? [],
    scalarsMap: [{ type: Date, scalar: DateTime }, ...(definition.scalars ?? [])],
    validate: false, // inputs are checked by the rules of their noun, which answer all faults at once
    pubSub: noPubSub,
  });
  const resolvers = createResolversMap(built) as Record<string, Record<string, unknown>>;
  for (const [type, resolve] of Object.entries(definition.references))
    resolvers[type] = {
      ...resolvers[type],
      __resolveReference: (reference: Reference, context: Base & L) => resolve(reference, context),
    };
  const sdl = `${federation}\n\n${printSchemaWithDirectives(built)}\n`;
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  carryOver(built, schema);
  return { ...definition, schema, sdl };
}

/** Streams are made by the resolvers themselves from the event log; nothing is published in memory. */
const noPubSub = {
  publish: () => {
    throw new Error('Events reach subscribers through the event log.');
  },
  subscribe: () => {
    throw new Error('Subscriptions read the event log.');
  },
};

function carryOver(from: GraphQLSchema, to: GraphQLSchema): void {
  for (const type of Object.values(from.getTypeMap())) {
    const twin = to.getType(type.name);
    if (!twin || type.name.startsWith('__')) continue;
    twin.extensions = { ...type.extensions, ...twin.extensions }; // the twin's hold its reference resolver
    if (isInputObjectType(type) && isInputObjectType(twin))
      for (const [name, field] of Object.entries(type.getFields())) {
        const copy = twin.getFields()[name]!;
        copy.defaultValue = field.defaultValue;
        copy.extensions = field.extensions;
      }
    if ((isObjectType(type) && isObjectType(twin)) || (isInterfaceType(type) && isInterfaceType(twin)))
      for (const [name, field] of Object.entries(type.getFields())) {
        const copy = twin.getFields()[name]!;
        copy.extensions = field.extensions;
        for (const arg of field.args) {
          const twinArg = copy.args.find(({ name }) => name === arg.name)!;
          twinArg.defaultValue = arg.defaultValue;
          twinArg.extensions = arg.extensions;
        }
      }
  }
}
