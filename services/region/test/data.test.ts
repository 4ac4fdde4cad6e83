/** The data files are valid and fit together. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readAreas, readBodies, readWorkshops } from '../src/seed/data.js';
import { datesOf } from '../src/seed/dates.js';

const { areas, states } = readAreas();
const { bodies } = readBodies();
const { workshops } = readWorkshops();
const codes = new Set(areas.map(({ m49 }) => m49));
const iso3 = new Set(states.map(({ alpha3 }) => alpha3));
const parents = new Map(areas.map(({ m49, parent }) => [m49, parent]));
const pathOf = (m49: string | null): string[] => (m49 === null ? [] : [...pathOf(parents.get(m49) ?? null), m49]);

test.each(['regions', 'regional-bodies', 'workshops'])('%s.json is UTF-8 in NFC', (name) => {
  const bytes = readFileSync(new URL(`../data/${name}.json`, import.meta.url));
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  expect(text).toBe(text.normalize('NFC'));
});

test('30 areas form one tree, each before what it contains, named in six languages', () => {
  expect(codes.size).toBe(30);
  expect(areas).toHaveLength(30);
  const seen = new Set<string | null>([null]);
  for (const { m49, parent, name } of areas) {
    expect([m49, seen.has(parent)]).toEqual([m49, true]);
    expect(Object.keys(name).toSorted()).toEqual(['ar', 'en', 'es', 'fr', 'ru', 'zh']);
    seen.add(m49);
  }
  expect(areas.filter(({ parent }) => parent === null).map(({ m49 }) => m49)).toEqual(['001']);
});

test('195 States lie in the areas the tree says', () => {
  expect(iso3.size).toBe(195);
  expect(states.filter(({ unStatus }) => unStatus === 'member')).toHaveLength(193);
  expect(states.filter(({ unStatus }) => unStatus === 'observer')).toHaveLength(2);
  for (const { alpha3, area, ancestors } of states) expect([alpha3, ancestors]).toEqual([alpha3, pathOf(area)]);
});

test('26 regional bodies have known areas, a seat in a known State and known members', () => {
  expect(new Set(bodies.map(({ id }) => id)).size).toBe(26);
  expect(bodies).toHaveLength(26);
  for (const { id, seat, regions, members, asOf } of bodies) {
    expect([id, regions.filter((m49) => !codes.has(m49))]).toEqual([id, []]);
    expect([id, [...members, seat.country].filter((state) => !iso3.has(state))]).toEqual([id, []]);
    expect([id, new Set(members).size]).toEqual([id, members.length]);
    expect(asOf).toMatch(/^\d{4}-\d{2}$/);
  }
});

test('7 workshops have known areas and States, and dates that are understood', () => {
  expect(new Set(workshops.map(({ id }) => id)).size).toBe(7);
  expect(workshops).toHaveLength(7);
  for (const { id, venue, regions, participants, datePrecision, startDate, endDate } of workshops) {
    expect([id, regions.filter((m49) => !codes.has(m49))]).toEqual([id, []]);
    expect([id, [venue.country, ...(participants?.states ?? [])].filter((state) => !iso3.has(state))]).toEqual([
      id,
      [],
    ]);
    expect(() => datesOf(datePrecision, startDate, endDate)).not.toThrow();
  }
});

test.each([
  ['month:2024-02', '2024-02-01', '2024-02-29'],
  ['between:2023-11/2024-01', '2023-11-01', '2024-01-31'],
])('%s encloses %s to %s', (form, earliest, latest) => {
  expect(datesOf(form, null, null)).toMatchObject({ earliest, latest });
});

test('a date that is not understood stops the seed', () => {
  expect(() => datesOf('about:2023', null, null)).toThrow();
  expect(() => datesOf('day', null, null)).toThrow();
  expect(() => datesOf('month:2023-10', '2023-10-01', null)).toThrow();
});
