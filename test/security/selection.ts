/**
 * Everything a type of the practice subgraph can say, as a selection: a field that joins the schema is asked for
 * without anybody thinking of it. What leads to an entity stops at its id, and no list is paged into.
 */
import { readFileSync } from 'node:fs';
import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  GraphQLSchema,
  buildASTSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  parse,
} from 'graphql';
import { root } from '../hub.js';

/** The practice subgraph, as the service prints it. */
export const subgraph: GraphQLSchema = buildASTSchema(parse(readFileSync(`${root}schema/practice.graphql`, 'utf8')), {
  assumeValid: true,
  assumeValidSDL: true,
});

/** Types that stop a selection at their id. */
const entities = [
  'Practice',
  'MemberState',
  'RegionalBody',
  'Region',
  'Theme',
  'KnowledgeProduct',
  'Workshop',
  'Person',
];

const isEntity = (type: GraphQLNamedType) => entities.includes(type.name);

/** Every field of `type` but those in `leaveOut`; those of entities among them by id. */
export function everything(type: string, leaveOut: readonly string[] = []): string {
  const named = subgraph.getType(type);
  if (!isObjectType(named) && !isInterfaceType(named)) throw new Error(`${type} is not in the subgraph`);
  return Object.values(named.getFields())
    .filter(({ name, args }) => !leaveOut.includes(name) && !args.some(isRequiredArgument))
    .map(({ name, type }) => `${name} ${below(type)}`)
    .join(' ');
}

function below(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isUnionType(named))
    return `{ ${named
      .getTypes()
      .map(({ name }) => `... on ${name} { id }`)
      .join(' ')} }`;
  return isEntity(named) ? '{ id }' : `{ ${everything(named.name)} }`;
}
