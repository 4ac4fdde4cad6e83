/** What is asked of every contestant, and the fewest requests to subgraphs that can answer it. */
import { products, users } from './data.mjs';

const big = `
  fragment Person on User { id username name }
  fragment Opinion on Review { id body }
  fragment Goods on Product { inStock name price shippingEstimate upc weight }
  fragment Written on User { ...Person reviews { ...Opinion product { ...Goods } } }
  fragment Received on Product { reviews { ...Opinion author { ...Written } } }
  query Big {
    users { ...Person reviews { ...Opinion product { ...Goods ...Received } } }
    topProducts { ...Goods ...Received }
  }`;

const small = 'query Small($first: Int!) { topProducts(first: $first) { upc name inStock } }';

const single = 'query Single { users { id username name birthday } }';

const key = ({ upc }) => ({ __typename: 'Product', upc });
const five = products.slice(0, 5);

export const workloads = {
  big: {
    request: { query: big },
    // Of what reviews lead to, only the first product and the first user are not known already.
    ideal: [
      [
        { service: 'users', query: '{ users { id username name } }' },
        { service: 'products', query: '{ topProducts { upc name price weight } }' },
      ],
      [
        {
          service: 'reviews',
          query: `query ($users: [_Any!]!, $products: [_Any!]!) {
            _e0: _entities(representations: $users) { ... on User { reviews { id body product { upc reviews {
              id body author { id username reviews { id body product { upc } } } } } } } }
            _e1: _entities(representations: $products) { ... on Product { reviews {
              id body author { id username reviews { id body product { upc } } } } } } }`,
          variables: { users: users.map(({ id }) => ({ __typename: 'User', id })), products: five.map(key) },
        },
      ],
      [
        {
          service: 'users',
          query: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { name } } }',
          variables: { r: [{ __typename: 'User', id: users[0].id }] },
        },
        {
          service: 'products',
          query: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name price weight } } }',
          variables: { r: [key(five[0])] },
        },
      ],
      [
        {
          service: 'inventory',
          query:
            'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { inStock shippingEstimate } } }',
          variables: { r: five.map((row) => ({ ...key(row), price: row.price, weight: row.weight })) },
        },
      ],
    ],
  },
  small: {
    request: { query: small, variables: { first: 3 } },
    ideal: [
      [
        {
          service: 'products',
          query: 'query ($first: Int!) { topProducts(first: $first) { upc name } }',
          variables: { first: 3 },
        },
      ],
      [
        {
          service: 'inventory',
          query: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { inStock } } }',
          variables: { r: products.slice(0, 3).map(key) },
        },
      ],
    ],
  },
  single: {
    request: { query: single },
    ideal: [[{ service: 'users', query: '{ users { id username name birthday } }' }]],
  },
};

/** The big query as nobody has sent it before: other response names, so that no normalising makes it a known one. */
export const neverSeen = (n) => ({
  query: big.replaceAll(/\b(name|body|price)\b/g, (field) => `${field}${n}: ${field}`),
});
