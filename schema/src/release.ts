/**
 * `npm run schema:release`: the API of today becomes the released one, against which breaks are judged.
 * Refuses while anything is stale, breaks a rule, breaks clients unnamed, or is not told in CHANGES.md.
 */
import { writeFileSync } from 'node:fs';
import { released } from './changes.js';
import { breaks, committed, pathOf, produce, stale } from './produce.js';
import { program } from './program.js';

await program(async () => {
  const { files, api, faults } = await produce();
  const baseline = committed('baseline.graphql');
  if (baseline === api) {
    console.log('The API is as it was released.');
    return [];
  }
  const wrong = [
    ...stale(files).map((name) => `schema/${name} is stale: run npm run schema first.`),
    ...faults,
    ...(baseline === null ? [] : await breaks(api)),
  ];
  if (wrong.length > 0) return wrong;
  const day = new Date().toISOString().slice(0, 10);
  const changes = released(committed('CHANGES.md') ?? '', day);
  writeFileSync(pathOf('baseline.graphql'), api);
  writeFileSync(pathOf('CHANGES.md'), changes);
  console.log(`Released as of ${day}: commit schema/baseline.graphql and schema/CHANGES.md.`);
  return [];
});
