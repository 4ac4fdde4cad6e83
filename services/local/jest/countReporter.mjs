/** Writes {package, passed, failed, skipped} to <root>/test-results/<package>.json, for the sum over all packages. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../test-results/', import.meta.url));

export default class CountReporter {
  constructor(globalConfig) {
    this.rootDir = globalConfig.rootDir;
  }

  onRunComplete(_contexts, results) {
    const name = JSON.parse(readFileSync(`${this.rootDir}/package.json`, 'utf8')).name.replace('@hub/', '');
    const counts = {
      package: name,
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites, // a file that could not run, or leaked
      skipped: results.numPendingTests + results.numTodoTests,
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${name}.json`, `${JSON.stringify(counts)}\n`);
  }
}
