import { expect, test } from '@jest/globals';
import { lint } from '../src/lint.js';

const clean = `
"""A practice."""
type Practice {
  """Its id."""
  id: ID!

  """Its title."""
  title: String @deprecated(reason: "Too vague; until 2027-01-31, use name.")
}

"""Where a page stands."""
type PageInfo {
  """More after it."""
  hasNextPage: Boolean!

  """More before it."""
  hasPreviousPage: Boolean!

  """Of the first."""
  startCursor: String

  """Of the last."""
  endCursor: String
}

type Query {
  """A page that follows."""
  page: PageInfo

  """A practice by its id."""
  practice(
    """Its id."""
    id: ID!
  ): Practice
}
`;

test('a clean schema has no faults', async () => {
  expect(await lint(clean)).toEqual([]);
});

test.each([
  ['a type without a description', ['"""A practice."""', ''], 'require-description'],
  ['a field without a description', ['"""Its title."""', ''], 'require-description'],
  ['an argument without a description', ['practice(\n    """Its id."""', 'practice('], 'require-description'],
  ['a deprecation without a date', ['until 2027-01-31, use name', 'use name'], 'deprecation-form'],
  ['a deprecation without an alternative', ['until 2027-01-31, use name.', 'until 2027-01-31.'], 'deprecation-form'],
  ['a field that is not camelCase', ['title:', 'Title:'], 'naming-convention'],
  ['a query named get', ['practice(', 'getPractice('], 'naming-convention'],
] as const)('%s is a fault', async (_what, [from, to], rule) => {
  expect(clean).toContain(from);
  expect(await lint(clean.replace(from, to))).toEqual([expect.stringContaining(rule)]);
});

test('a connection that is not one is a fault', async () => {
  const faults = await lint(`${clean}
    """A page."""
    type PracticeConnection {
      """The entries."""
      nodes: [Practice!]!
    }
    extend type Query {
      """Practices."""
      practices: PracticeConnection
    }`);
  expect(faults).toContainEqual(expect.stringContaining('relay-connection-types'));
});
