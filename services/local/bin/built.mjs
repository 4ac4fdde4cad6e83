/** Imports a built module of this package; one line when there is none yet. */
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export async function built(name) {
  try {
    return await import(`../dist/${name}.js`);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write('The hub has not been built yet: run npm ci && npm start (or npm run build) first.\n');
    process.exit(1);
  }
}
