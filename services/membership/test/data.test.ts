/** The data files are valid, fit together, and are the same as region's. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readAreas, readBodies } from '../src/seed/data.js';
import { languages, namesOf } from '../src/seed/names.js';

const { areas, states } = readAreas();
const { bodies } = readBodies();

test.each(['regions', 'regional-bodies'])('%s.json is UTF-8 in NFC and the same as region’s', (name) => {
  const bytes = readFileSync(new URL(`../data/${name}.json`, import.meta.url));
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  expect(text).toBe(text.normalize('NFC'));
  expect(bytes.equals(readFileSync(new URL(`../../region/data/${name}.json`, import.meta.url)))).toBe(true);
});

test('195 States: 193 members and 2 observers, with codes of their own, in known areas', () => {
  const codes = new Set(areas.map(({ m49 }) => m49));
  for (const field of ['alpha2', 'alpha3', 'm49'] as const)
    expect(new Set(states.map((state) => state[field])).size).toBe(195);
  expect(states.filter(({ unStatus }) => unStatus === 'member')).toHaveLength(193);
  expect(states.filter(({ unStatus }) => unStatus === 'observer')).toHaveLength(2);
  for (const { alpha3, ancestors, m49 } of states) {
    expect([alpha3, ancestors.filter((area) => !codes.has(area))]).toEqual([alpha3, []]);
    expect([alpha3, codes.has(m49)]).toEqual([alpha3, false]);
  }
});

test('every State has a name in the six languages, in NFC, and no two share one', () => {
  for (const language of languages) {
    const names = states.map((state) => namesOf(state)[language]!.text);
    expect(new Set(names).size).toBe(195);
    for (const name of names) expect(name).toBe(name.normalize('NFC'));
  }
});

test('the names of the two observers are those the United Nations uses', () => {
  for (const iso3 of ['PSE', 'VAT']) expect(states.find(({ alpha3 }) => alpha3 === iso3)!.unShortName).toBeDefined();
});

test('26 bodies have 535 memberships of known States, each once', () => {
  const iso3 = new Set(states.map(({ alpha3 }) => alpha3));
  expect(new Set(bodies.map(({ id }) => id)).size).toBe(26);
  const all = bodies.flatMap(({ id, members }) => members.map((state) => `${state} ${id}`));
  expect(new Set(all).size).toBe(535);
  expect(all).toHaveLength(535);
  for (const { id, members } of bodies) expect([id, members.filter((state) => !iso3.has(state))]).toEqual([id, []]);
});
