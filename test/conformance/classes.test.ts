/** Each class of the public federation audit (graphql-hive/federation-gateway-audit) in cases of our own. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { abstractTypes } from './classes/abstractTypes.js';
import { conditions } from './classes/conditions.js';
import { federation1 } from './classes/federation1.js';
import { hidden } from './classes/hidden.js';
import { interfaceObjects } from './classes/interfaceObjects.js';
import { keys } from './classes/keys.js';
import { limited } from './classes/limited.js';
import { mutations } from './classes/mutations.js';
import { nodes } from './classes/nodes.js';
import { overrides } from './classes/overrides.js';
import { parents } from './classes/parents.js';
import { provides } from './classes/provides.js';
import { requires } from './classes/requires.js';
import { requiresAbstract } from './classes/requiresAbstract.js';
import { type Supergraph, openSupergraph } from './classes/supergraph.js';
import { unions } from './classes/unions.js';

const byTheme = [keys, parents, nodes, unions, abstractTypes, hidden, interfaceObjects, overrides];
const classes = [...byTheme, requires, requiresAbstract, provides, federation1, mutations, conditions].flat();

describe.each(classes)('$name', (one) => {
  let supergraph: Supergraph;
  beforeAll(async () => void (supergraph = await openSupergraph(one)));
  afterAll(() => supergraph.close());

  test.each(one.cases)('$query', async (asked) => expect(await supergraph.attempt(asked)).toBe(''));
});

describe.each(limited)('$name, beyond the planner', (one) => {
  let supergraph: Supergraph;
  beforeAll(async () => void (supergraph = await openSupergraph(one)));
  afterAll(() => supergraph.close());

  if (one.cases.length > 0)
    test.each(one.cases)('$query', async (asked) => expect(await supergraph.attempt(asked)).toBe(''));
  test.each(one.limits)('is still wrong, since $why: $query', async (asked) =>
    expect(await supergraph.attempt(asked)).not.toBe(''),
  );
});

test('every class of the audit has its cases', () => {
  const names = [...classes, ...limited].flatMap(({ name }) => name.split(', '));
  expect(new Set(names).size).toBe(46);
});
