/** The supergraph of the replayed subgraphs, composed by what stock gateways compose with. */
import { IntrospectAndCompose, RemoteGraphQLDataSource } from '@apollo/gateway';
import { names } from './subgraphs.mjs';

export async function composeSupergraph(origin) {
  const { supergraphSdl, cleanup } = await new IntrospectAndCompose({
    subgraphs: names.map((name) => ({ name, url: `${origin}/${name}` })),
  }).initialize({
    update: () => undefined,
    healthCheck: () => Promise.resolve(),
    getDataSource: ({ url }) => new RemoteGraphQLDataSource({ url }),
  });
  await cleanup();
  return supergraphSdl;
}
