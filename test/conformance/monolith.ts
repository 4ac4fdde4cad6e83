/** What there is to compare with: one graphql-js schema, the one clients see, over the same data. */
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLOutputType,
  GraphQLList,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  buildSchema,
  execute,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { type Args, type Conditions, type Entry, type Truth } from './truth.js';

export interface Request {
  document: DocumentNode;
  operationName: string | undefined;
  variables: Readonly<Record<string, unknown>>;
}

export interface Monolith {
  schema: GraphQLSchema;
  answer(request: Request, now: Conditions): Answer;
  /**
   * The same where everything can be null: all that could fail does, and nothing takes its parent along. Which of the
   * errors below a place that became null are told is left open by the specification, so any of these will do.
   */
  everything(request: Request, now: Conditions): Answer;
}

export interface Answer {
  result: ExecutionResult;
  /** Paths (JSON) of fields that are null since their service has forgotten what they are of: no error says so. */
  forgotten: ReadonlySet<string>;
}

interface Context {
  now: Conditions;
  forgotten: Set<string>;
}

export function createMonolith(apiSdl: string, truth: Truth): Monolith {
  const schema = resolving(buildSchema(apiSdl, { noLocation: true }), truth);
  const lenient = resolving(buildSchema(apiSdl, { noLocation: true }), truth);
  for (const type of Object.values(lenient.getTypeMap()))
    if ((isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
      for (const field of Object.values(type.getFields())) field.type = nullable(field.type);

  const answer = (over: GraphQLSchema, { document, operationName, variables }: Request, now: Conditions): Answer => {
    const forgotten = new Set<string>();
    const result = execute({
      schema: over,
      document,
      operationName,
      variableValues: variables,
      contextValue: { now, forgotten } satisfies Context,
    }) as ExecutionResult; // no resolver waits
    return { result, forgotten };
  };
  return {
    schema,
    answer: (request, now) => answer(schema, request, now),
    everything: (request, now) => answer(lenient, request, now),
  };
}

function resolving(schema: GraphQLSchema, truth: Truth): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type) || isUnionType(type)) type.resolveType = (value) => (value as Entry).type;
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const { name, ...field } of Object.values(type.getFields())) {
      void field;
      type.getFields()[name]!.resolve = (
        parent: Entry | undefined,
        args: Args,
        context: Context,
        info: GraphQLResolveInfo,
      ) => resolve(truth, parent ?? { type: type.name, id: type.name }, name, args, context, info);
    }
  }
  return schema;
}

function resolve(
  truth: Truth,
  parent: Entry,
  name: string,
  args: Args,
  { now, forgotten }: Context,
  info: GraphQLResolveInfo,
) {
  const owners = truth.owners(parent.type, name);
  const only = owners.size === 1 ? [...owners][0] : undefined;
  if (only !== undefined && only === now.outage?.service) throw lost(now.outage.how, only);
  if (only !== undefined && only === now.forgetful && truth.isForgotten(parent)) {
    forgotten.add(JSON.stringify(pathOf(info)));
    return null;
  }
  return truth.value(parent, name, args, now, parent.type === 'Mutation' ? String(now.mutations++) : undefined);
}

/** What a field costs whose service is out. */
const lost = (how: 'unavailable' | 'empty' | 'errors', service: string): GraphQLError =>
  how === 'errors'
    ? new GraphQLError('Closed today.', { extensions: { code: 'CLOSED' } })
    : new GraphQLError(`The service "${service}" does not answer.`, {
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', service },
      });

function pathOf({ path }: GraphQLResolveInfo): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at; at = at.prev) keys.unshift(at.key);
  return keys;
}

function nullable(type: GraphQLOutputType): GraphQLOutputType {
  if (isNonNullType(type)) return nullable(type.ofType as GraphQLOutputType);
  return isListType(type) ? new GraphQLList(nullable(type.ofType as GraphQLOutputType)) : type;
}
