/**
 * `npm run schema`: writes the generated files of this folder. `--check` writes nothing and fails when one is stale.
 * Both fail when a rule is broken or when a break of the released API is not named in CHANGES.md.
 */
import { writeFileSync } from 'node:fs';
import { breaks, pathOf, produce, stale } from './produce.js';
import { program } from './program.js';

await program(async () => {
  const { files, api, notes, faults } = await produce();
  for (const note of notes) console.log(`note: ${note}`);
  const old = stale(files);
  const unnamed = await breaks(api);
  if (process.argv.includes('--check'))
    return [...old.map((name) => `schema/${name} is stale: run npm run schema and commit it.`), ...faults, ...unnamed];
  for (const name of old) writeFileSync(pathOf(name), files[name]!);
  console.log(old.length > 0 ? `written: ${old.map((name) => `schema/${name}`).join(', ')}` : 'nothing has changed');
  return [...faults, ...unnamed];
});
