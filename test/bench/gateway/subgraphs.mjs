/** The four subgraphs of the public benchmark, executable: schema, entities and answers, by graphql-js alone. */
import { buildSchema, graphqlSync } from 'graphql';
import { author, products, reviews, reviewsOfUser, users } from './data.mjs';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@external", "@requires", "@provides", "@shareable"])\n`;
const federation = `
  directive @key(fields: String!) on OBJECT
  directive @external on FIELD_DEFINITION
  directive @requires(fields: String!) on FIELD_DEFINITION
  directive @provides(fields: String!) on FIELD_DEFINITION
  directive @shareable on FIELD_DEFINITION
  scalar _Any
  type _Service { sdl: String! }`;

const by = (rows, key) => new Map(rows.map((row) => [row[key], row]));
const userById = by(users, 'id');
const productByUpc = by(products, 'upc');

const subgraphs = {
  users: {
    queries: 'me: User  user(id: ID!): User  users: [User]',
    types: 'type User @key(fields: "id") { id: ID!  name: String  username: String @shareable  birthday: Int }',
    root: { me: users[0], user: ({ id }) => userById.get(id), users },
    entities: { User: ({ id }) => userById.get(id) },
  },
  products: {
    queries: 'topProducts(first: Int = 5): [Product]',
    types: 'type Product @key(fields: "upc") { upc: String!  name: String  price: Int  weight: Int }',
    root: { topProducts: ({ first }) => products.slice(0, first) },
    entities: { Product: ({ upc }) => productByUpc.get(upc) },
  },
  inventory: {
    queries: '',
    types: `type Product @key(fields: "upc") {
      upc: String!
      price: Int @external
      weight: Int @external
      inStock: Boolean
      shippingEstimate: Int @requires(fields: "price weight")
    }`,
    root: {},
    entities: {
      Product: ({ upc, price, weight }) => ({
        upc,
        inStock: productByUpc.get(upc)?.inStock,
        shippingEstimate: price > 1000 ? 0 : weight / 2,
      }),
    },
  },
  reviews: {
    queries: '',
    types: `
      type Review @key(fields: "id") { id: ID!  body: String  product: Product  author: User @provides(fields: "username") }
      type User @key(fields: "id") { id: ID!  username: String @external  reviews: [Review] }
      type Product @key(fields: "upc") { upc: String!  reviews: [Review] }`,
    root: {},
    entities: {
      Review: ({ id }) => review(reviews.find((row) => row.id === id)),
      User: user,
      Product: product,
    },
  },
};

// What the reviews subgraph knows: functions, because it all leads round in circles.
function review({ id, body, upc }) {
  return { id, body, product: () => product({ upc }), author: () => user(author) };
}
function user({ id, username }) {
  return { id, username, reviews: () => reviewsOfUser.map(review) };
}
function product({ upc }) {
  return { upc, reviews: () => reviews.filter((row) => row.upc === upc).map(review) };
}

const executable = ({ queries, types, root, entities }) => {
  const schema = buildSchema(
    `${federation} ${types} union _Entity = ${Object.keys(entities).join(' | ')}
     type Query { ${queries} _service: _Service!  _entities(representations: [_Any!]!): [_Entity]! }`,
  );
  const rootValue = {
    ...root,
    _service: { sdl: `${link} ${types} ${queries && `type Query { ${queries} }`}` },
    _entities: ({ representations }) =>
      representations.map(({ __typename, ...known }) => {
        const found = entities[__typename](known);
        return found && { ...found, __typename };
      }),
  };
  return { schema, rootValue };
};

const services = new Map(Object.entries(subgraphs).map(([name, subgraph]) => [name, executable(subgraph)]));
export const names = [...services.keys()];

/** The result of a request to a subgraph. It is validated: a gateway that asks nonsense is told so. */
export const answer = (service, { query, variables, operationName }) =>
  graphqlSync({ ...services.get(service), source: query, variableValues: variables, operationName });
