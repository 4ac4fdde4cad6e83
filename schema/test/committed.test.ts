import { expect, test } from '@jest/globals';
import { type Produced, breaks, produce, stale } from '../src/produce.js';

const once: Promise<Produced> = produce();

test('the committed files are what the code says; npm run schema makes them so', async () => {
  expect(stale((await once).files)).toEqual([]);
});

test('the services keep the rules: composition without warnings, nullable borders, lint', async () => {
  expect((await once).faults).toEqual([]);
});

test('what breaks the released API is named in CHANGES.md, and nothing else is', async () => {
  expect(await breaks((await once).api)).toEqual([]);
});

test('what is printed does not depend on the run', async () => {
  expect((await produce()).files).toEqual((await once).files);
});
