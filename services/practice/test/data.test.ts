/** The data files are valid and fit together, and the services' copies are the same. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Marking, Pillar, PracticeType } from '../src/practice/vocabulary.js';
import { readAreas, readBodies, readPractices, readProducts, readThemes, readWorkshops } from '../src/seed/data.js';
import { uuid5 } from '../src/seed/uuid5.js';
import { practiceRow, sectionRows } from '../src/seed/rows.js';

const practices = readPractices();
const themes = readThemes();
const products = readProducts();
const { areas, states } = readAreas();
const slugs = new Set(themes.map(({ id }) => id));
const codes = new Set(areas.map(({ m49 }) => m49));
const owners = new Set([...states.map(({ alpha3 }) => alpha3), ...readBodies().map(({ id }) => id)]);
const unknownTo = (known: ReadonlySet<string>, values: readonly string[]) =>
  values.filter((value) => !known.has(value));

const folder = new URL('../data/', import.meta.url);
const files = readdirSync(folder);

test.each(files)('%s is UTF-8 in NFC', (name) => {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(new URL(name, folder)));
  expect(text).toBe(text.normalize('NFC'));
  expect(() => JSON.parse(text)).not.toThrow();
});

test.each(files.flatMap((name) => ['region', 'membership'].map((service) => [name, service] as const)))(
  'the copy of %s in %s, if it has one, is the same',
  (name, service) => {
    const other = new URL(`../../${service}/data/${name}`, import.meta.url);
    expect(!existsSync(other) || readFileSync(other).equals(readFileSync(new URL(name, folder)))).toBe(true);
  },
);

test('42 themes, each below a known one at most one level up, with labels in six languages', () => {
  expect([themes.length, slugs.size]).toEqual([42, 42]);
  const tops = new Set(themes.filter(({ broader }) => broader === null).map(({ id }) => id));
  expect(tops.size).toBe(8);
  for (const { id, broader, prefLabel, definition, pillars } of themes) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect([id, broader === null || tops.has(broader)]).toEqual([id, true]);
    expect(Object.keys(prefLabel).toSorted()).toEqual(['ar', 'en', 'es', 'fr', 'ru', 'zh']);
    expect(definition).not.toBe('');
    expect([id, unknownTo(new Set(Object.keys(Pillar)), pillars)]).toEqual([id, []]);
  }
});

test('6 knowledge products have known themes and an English title', () => {
  expect(new Set(products.map(({ id }) => id)).size).toBe(6);
  expect(products).toHaveLength(6);
  for (const { id, themes, title } of products) {
    expect([id, unknownTo(slugs, themes)]).toEqual([id, []]);
    expect(title['en']).toBeTruthy();
  }
});

test('49 practices of 39 States and 5 bodies, 19 in six languages', () => {
  expect(practices).toHaveLength(49);
  expect(new Set(practices.map(({ id }) => id)).size).toBe(49);
  const named = [...new Set(practices.map(({ submittedBy }) => submittedBy))];
  expect(named.filter((owner) => /^[A-Z]{3}$/.test(owner))).toHaveLength(39);
  expect(named.filter((owner) => /^[a-z]/.test(owner))).toHaveLength(5);
  expect(practices.filter(({ title }) => Object.keys(title).length === 6)).toHaveLength(19);
  expect(practices.filter(({ genderDimension }) => genderDimension === null)).toHaveLength(38);
  expect(practices.filter(({ lessonsLearned }) => lessonsLearned === null)).toHaveLength(32);
  expect(practices.filter(({ evidenceOfResults }) => evidenceOfResults === null)).toHaveLength(16);
});

test.each(practices.map((fact) => [fact.id, fact] as const))(
  '%s names nothing unknown and keeps the limits',
  (_, fact) => {
    expect(unknownTo(slugs, fact.themes)).toEqual([]);
    expect(unknownTo(codes, fact.regions)).toEqual([]);
    expect(unknownTo(new Set(Object.keys(Pillar)), fact.pillars)).toEqual([]);
    expect(unknownTo(owners, [fact.submittedBy, ...fact.coSubmitters])).toEqual([]);
    expect(unknownTo(new Set(Object.keys(PracticeType)), [fact.type.toUpperCase()])).toEqual([]);
    expect(fact.tlp).toBe(Marking.CLEAR);
    expect(fact.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const title of Object.values(fact.title)) expect([...title].length).toBeLessThanOrEqual(150);
    expect(fact.summary['en']!.split(/\s+/).length).toBeLessThanOrEqual(250);
    expect(fact.yearStarted).toBeGreaterThan(1990);
    for (const { url } of fact.resources) if (url !== null) expect(url).toMatch(/^https?:\/\//);
  },
);

test('what is for curators only is in no section', () => {
  const text = JSON.stringify(practices.map((fact) => sectionRows(fact)));
  expect(text).not.toContain('urlConfidence');
  for (const { note, compilerObservation } of practices)
    for (const secret of [note, compilerObservation]) if (secret) expect(text).not.toContain(JSON.stringify(secret));
});

test('a seeded record keeps its key for ever', () => {
  expect(
    practiceRow(
      practices.find(({ id }) => id === 'eu-terrorist-content-regulation')!,
      0,
    ).key,
  ).toBe('6d3c2953-4c7b-5a09-8f04-8e741c1a7345');
});

test('a name’s UUID is that of RFC 9562, appendix A.4', () => {
  expect(uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('7 workshops have names of their own', () => {
  expect(new Set(readWorkshops().map(({ id }) => id)).size).toBe(7);
});
