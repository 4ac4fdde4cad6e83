/** Each class of the public federation audit (graphql-hive/federation-gateway-audit) in cases of our own. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { limits } from '@hub/gateway/limits/limits';
import { createPlanning } from '@hub/gateway/plan/planning';
import { abstractTypes } from './classes/abstractTypes.js';
import { conditions } from './classes/conditions.js';
import { federation1 } from './classes/federation1.js';
import { hidden } from './classes/hidden.js';
import { interfaceObjects } from './classes/interfaceObjects.js';
import { keys } from './classes/keys.js';
import { endless, limited } from './classes/limited.js';
import { mutations } from './classes/mutations.js';
import { nodes } from './classes/nodes.js';
import { overrides } from './classes/overrides.js';
import { parents } from './classes/parents.js';
import { provides } from './classes/provides.js';
import { requires } from './classes/requires.js';
import { requiresAbstract } from './classes/requiresAbstract.js';
import { type AuditClass, type Supergraph, composed, openSupergraph, readCases } from './classes/supergraph.js';
import { unions } from './classes/unions.js';

const byTheme = [keys, parents, nodes, unions, abstractTypes, hidden, interfaceObjects, overrides];
const whole = [...byTheme, requires, requiresAbstract, provides, federation1, mutations, conditions].flat();
const classes: readonly (AuditClass & { limits?: string })[] = [...whole, endless, ...limited];

describe.each(classes)('$name', (one) => {
  let supergraph: Supergraph;
  beforeAll(async () => void (supergraph = await openSupergraph(one)));
  afterAll(() => supergraph.close());

  test.each(readCases(one.cases))('$query', async (asked) => expect(await supergraph.attempt(asked)).toBe(''));

  if (one.limits)
    test.each(readCases(one.limits))('is beyond the planner, $why: $query', async (asked) =>
      expect(await supergraph.attempt(asked)).not.toBe(''),
    );
});

test('planning what an @interfaceObject requires does not end below a fragment on one type', async () => {
  const planning = await createPlanning(composed(endless), { ...limits, planMs: 500 });
  const asked = planning.ask('plan', { document: '{ rated { ... on Song { tag } } }', labels: [], percentage: 0 });
  await expect(asked).rejects.toThrow('takes too long');
  await planning.close();
});

test('every class of the audit has its cases', () => {
  expect(new Set(classes.flatMap(({ name }) => name.split(', '))).size).toBe(46);
});
