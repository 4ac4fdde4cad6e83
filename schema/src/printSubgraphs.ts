/**
 * Every service's SDL, from its code.
 *
 * One process each: type-graphql keeps all decorated classes of a process in one store, so that with two services in
 * it an interface of the one would pull in the types of the other.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Subgraph, services } from './services.js';

const program = fileURLToPath(new URL('../dist/printSubgraph.js', import.meta.url));

export const printSubgraphs = (): Promise<Subgraph[]> =>
  Promise.all(
    services.map(async ({ name, url }) => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, name], { maxBuffer: 16 * 1024 * 1024 });
      return { name, url, sdl: stdout };
    }),
  );
