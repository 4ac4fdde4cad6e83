/**
 * The most that somebody can make a gateway read within its limits: 256 Ki characters and 5,000 words of a document, 32
 * levels, 5,000 fields, a body of 512 KiB. Each is made anew by a number, so that it has never been met. What they ask for
 * is not there (the user "nobody"), since it is not the answers that are measured.
 */
const characters = 256 * 1024;
const bodyBytes = 512 * 1024;
const room = 1_000; // for what stands around the filling

const many = (count, one) => Array.from({ length: count }, (_, i) => one(i)).join(' ');
const filled = (piece, size = characters) => piece.repeat(Math.floor((size - room) / piece.length));
const nobody = 'user(id: "nobody")';
const levels = (count, open, inside, close) => `${open.repeat(count)} ${inside} ${close.repeat(count)}`;
/** From a user to what they wrote of, who else wrote of it, and so on: each step is another service. */
const around = (rounds, inside = 'name inStock') =>
  levels(rounds, 'reviews { product { reviews { author { ', `reviews { product { ${inside} } }`, '} } } } ');

/** A body that is full of one value, in a variable that the operation does not even have. */
const variablesOf = (n, value) => ({
  body: `{"query":"{ a${n}: ${nobody.replaceAll('"', '\\"')} { id } }","variables":{"other":[${filled(`${value},`, bodyBytes)}1]}}`,
});

/** By what is much in them; `n` makes them new. These can be answered, as far as that is not too expensive. */
export const answerable = {
  'one field again and again': (n) => ({ query: `{ ${nobody} { ${many(700, () => 'name')} } a${n}: __typename }` }),
  'one field under many names': (n) => ({ query: `{ ${nobody} { ${many(1_600, (i) => `a${n}_${i}: name`)} } }` }),
  'many root fields': (n) => ({ query: `{ ${many(380, (i) => `a${n}_${i}: ${nobody} { name }`)} }` }),
  'many names of the root': (n) => ({ query: `{ ${many(1_600, (i) => `a${n}_${i}: __typename`)} }` }),
  'joins, deep': (n) => ({ query: `{ ${nobody} { a${n}: id ${around(6)} } }` }),
  'joins, wide': (n) => ({
    query: `{ ${nobody} { ${many(100, (i) => `a${n}_${i}: reviews { product { name inStock reviews { author { name } } } }`)} } }`,
  }),
  'joins, deep and wide': (n) => ({
    query: `{ ${nobody} { ${many(30, (i) => `a${n}_${i}: reviews { b: product { ${around(3)} } }`)} } }`,
  }),
  'fragments in a row': (n) => ({
    query: `{ ${nobody} { a${n}: id ...F0 } } ${many(450, (i) => `fragment F${i} on User { id ...F${i + 1} }`)} fragment F450 on User { name }`,
  }),
  'a fragment spread everywhere': (n) => ({
    query: `{ ${many(80, (i) => `a${n}_${i}: ${nobody} { ...F }`)} } fragment F on User { ${many(50, (i) => `b${i}: name`)} }`,
  }),
  'fragments that do not exist': (n) => ({ query: `{ ${many(2_400, (i) => `...X${n}_${i}`)} }` }),
  'fragments that multiply': (n) => ({
    query: `{ ${nobody} { a${n}: id ...F0 } } ${many(300, (i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`)} fragment F300 on User { id }`,
  }),
  'conditions in each other': (n) => ({
    query: `{ ${nobody} { a${n}: id ${many(40, () => levels(25, '... { ', 'name', '} '))} } }`,
  }),
  'conditions on variables': (n) => ({
    query: `query (${many(300, (i) => `$v${i}: Boolean!`)}) { ${nobody} { a${n}: id ${many(300, (i) => `b${i}: name @include(if: $v${i})`)} } }`,
    variables: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`v${i}`, (i + n) % 2 === 0])),
  }),
  'variables with defaults': (n) => ({
    query: `query (${many(250, (i) => `$v${i}: ID! = "nobody"`)}) { ${many(250, (i) => `a${n}_${i}: user(id: $v${i}) { id }`)} }`,
  }),
  'many operations': (n) => ({
    query: many(350, (i) => `query A${n}_${i} { ${nobody} { id } }`),
    operationName: `A${n}_5`,
  }),
  'a long string': (n) => ({ query: `{ user(id: "${n}${filled('x')}") { id } }` }),
  'a long string of escapes': (n) => ({ query: `{ user(id: "${n}${filled('\\u00e9')}") { id } }` }),
  'a long block of lines': (n) => ({ query: `{ user(id: """${n}${filled('x\n')}""") { id } }` }),
  'a long block of deep lines': (n) => ({ query: `{ user(id: """${n}${filled(`\n${' '.repeat(60)}x`)}""") { id } }` }),
  'a long comment': (n) => ({ query: `{ ${nobody} { id } } # ${n} ${filled('x')}` }),
  'many short comments': (n) => ({ query: `{ ${nobody} { id } } # ${n} ${filled('#\n')}` }),
  commas: (n) => ({ query: `{ ${nobody} { a${n}: id ${filled(',')} } }` }),
  'brackets in a comment': (n) => ({ query: `{ ${nobody} { a${n}: id } } # ${filled('{[(')}` }),
  'a long name': (n) => ({ query: `{ ${nobody} { a${n}_${filled('x')}: id } }` }),
  introspection: (n) => ({
    query: `{ a${n}: __schema { types { name description fields(includeDeprecated: true) { name args { name type { ...T } } type { ...T } } inputFields { name } enumValues { name } } } } fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`,
  }),
  'introspection again and again': (n) => ({
    query: `{ ${many(270, (i) => `a${n}_${i}: __schema { types { fields { type { fields { name } } } } }`)} }`,
  }),
  'large variables': (n) => ({
    query: `query ($id: ID!) { user(id: $id) { a${n}: id } }`,
    variables: { id: filled('x', bodyBytes) },
  }),
  'many variables that nobody asked for': (n) => ({
    query: `query ($id: ID!) { user(id: $id) { a${n}: id } }`,
    variables: Object.fromEntries([['id', 'nobody'], ...Array.from({ length: 30_000 }, (_, i) => [`v${i}`, i])]),
  }),
  'variables of many levels': (n) => variablesOf(n, levels(25, '[', '1', ']').replaceAll(' ', '')),
  'variables of empty lists': (n) => variablesOf(n, '[]'),
  'large extensions': (n) => ({
    query: `{ ${nobody} { a${n}: id } }`,
    extensions: { other: Array.from({ length: 70_000 }, (_, i) => i) },
  }),
};

/** These are refused, which may take as long. */
export const refused = {
  'fields that do not exist': (n) => ({ query: `{ ${many(4_900, (i) => `x${n}_${i}`)} }` }),
  'fields that do not exist, of long names': (n) => ({
    query: `{ ${many(120, (i) => `x${n}_${i}_${'x'.repeat(2_000)}`)} }`,
  }),
  'fragments that nobody spreads': (n) => ({
    query: `{ ${nobody} { id } } ${many(600, (i) => `fragment F${n}_${i} on User { id }`)}`,
  }),
  'fragments in a circle': (n) => ({
    query: `{ ${nobody} { a${n}: id ...F0 } } ${many(450, (i) => `fragment F${i} on User { id ...F${(i + 1) % 450} }`)}`,
  }),
  'variables that nobody uses': (n) => ({
    query: `query (${many(1_200, (i) => `$v${n}_${i}: Int`)}) { ${nobody} { id } }`,
  }),
  'fields that conflict': (n) => ({
    query: `{ ${nobody} { ${many(800, (i) => `a${n}: ${['id', 'name', 'username'][i % 3]}`)} } }`,
  }),
  'fields that conflict, of long names': (n) => ({
    query: `{ ${nobody} { ${many(100, (i) => `a${n}${'x'.repeat(2_000)}: ${['id', 'name', 'username'][i % 3]}`)} } }`,
  }),
  'a list where there should be none': (n) => ({ query: `{ user(id: [${many(4_900, (i) => `${n}${i}`)}]) { id } }` }),
  'a variable of the wrong type, large': (n) => ({
    query: `query ($id: ID!) { user(id: $id) { a${n}: id } }`,
    variables: { id: Array.from({ length: 70_000 }, (_, i) => i) },
  }),
  'more words than are read': (n) => ({ query: `{ a${n}: id ${filled('x ')} }` }),
  'more characters than are read': (n) => ({ query: `{ a${n}: id } #${filled('x', bodyBytes)}` }),
  '5,000 levels': (n) => ({ query: `{ a${n}: id ${'{a'.repeat(5_000)}` }),
  'levels to the end': (n) => ({ query: `{ a${n}: id ${filled('{')}` }),
  'levels of variables to the end': (n) => ({
    body: `{"query":"{ a${n}: __typename }","variables":{"v":${levels(200_000, '[', '1', ']')}}}`,
  }),
  'a long operation name': (n) => ({ query: '{ __typename }', operationName: `A${n}${filled('x', bodyBytes)}` }),
  'a body of brackets': (n) => ({ body: `${n}${filled('[', bodyBytes)}` }),
};
