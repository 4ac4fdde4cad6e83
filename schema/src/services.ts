/** The services, in the order of the picture; where they listen unless SUBGRAPH_<NAME>_URL tells the gateway otherwise. */
export const services = [
  { name: 'practice', url: 'http://127.0.0.1:4001/graphql' },
  { name: 'region', url: 'http://127.0.0.1:4002/graphql' },
  { name: 'membership', url: 'http://127.0.0.1:4003/graphql' },
] as const;

export interface Subgraph {
  name: string;
  url: string;
  sdl: string;
}
