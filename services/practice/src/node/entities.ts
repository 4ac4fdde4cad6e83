/**
 * Everything a global id can name here, and how it is found: one table for `node` and for federated references, so
 * that both check existence, and for practices visibility, in the same way. Persons and clients are not in it.
 */
import { referenceKey } from '@hub/kit/ids';
import type { Reference } from '@hub/kit/subgraph';
import { AccessChannel } from '../access/access.js';
import type { PracticeContext } from '../context.js';

type Finders = Pick<
  PracticeContext,
  'practices' | 'themes' | 'knowledgeProducts' | 'memberStates' | 'regions' | 'regionalBodies' | 'workshops'
>;
export type Find = (key: string, context: Finders) => Promise<object | null>;

/** By type: the entity with a natural key; null when it is absent, or hidden from the viewer. */
export const entities: Readonly<Record<string, Find>> = {
  Practice: (key, { practices }) => practices.load(key),
  Theme: (slug, { themes }) => themes.load(slug),
  KnowledgeProduct: (slug, { knowledgeProducts }) => knowledgeProducts.load(slug),
  MemberState: (iso3, { memberStates }) => memberStates.load(iso3),
  Region: (m49, { regions }) => regions.load(m49),
  RegionalBody: (slug, { regionalBodies }) => regionalBodies.load(slug),
  Workshop: (slug, { workshops }) => workshops.load(slug),
};

/** Entities no other service asks for: their key is not resolvable here. */
const unresolvable = ['Workshop'];

/** The reference resolvers of every entity, for the subgraph's list. */
export const references = Object.fromEntries(
  Object.entries(entities)
    .filter(([type]) => !unresolvable.includes(type))
    .map(([type, find]) => [
      type,
      ({ id }: Reference, context: Finders & Pick<PracticeContext, 'accesses'>) => {
        context.accesses.channel ??= AccessChannel.ENTITY;
        const key = referenceKey(type, id);
        return key === null ? null : find(key, context);
      },
    ]),
);
