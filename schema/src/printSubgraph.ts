/** Prints the SDL of the service named on the command line, as the service itself would serve it. */
import { type SubgraphDefinition, buildSubgraph } from '@hub/kit/subgraph';

const name = process.argv[2];
const module = (await import(`@hub/${name}/subgraph`)) as Record<string, SubgraphDefinition<object>>;
const definition = module[`${name}Subgraph`];
if (!definition) throw new Error(`@hub/${name}/subgraph does not export ${name}Subgraph.`);
process.stdout.write((await buildSubgraph(definition)).sdl);
