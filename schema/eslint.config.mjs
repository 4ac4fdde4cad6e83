/**
 * The rules for schema/api.graphql. Recommended and Relay rules as they come; below them what we add, and each
 * deviation with its reason.
 */
import plugin from '@graphql-eslint/eslint-plugin';
import { fileURLToPath } from 'node:url';

/** How long a thing stays and what replaces it, readable by a person and a program. */
const deprecationForm = /\buntil \d{4}-\d{2}-\d{2}, use \S/;

const hub = {
  rules: {
    'deprecation-form': {
      meta: { type: 'problem', schema: [] },
      create: (context) => ({
        'Directive[name.value=deprecated]': (node) => {
          const reason = node.arguments.find(({ name }) => name.value === 'reason')?.value;
          if (reason?.kind !== 'StringValue' || !deprecationForm.test(reason.value))
            context.report({ node, message: 'Say in the reason: "… until YYYY-MM-DD, use …".' });
        },
      }),
    },
  },
};

const recommended = plugin.configs['flat/schema-recommended'].rules;
const [, conventions] = recommended['@graphql-eslint/naming-convention'];

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': plugin, hub },
    languageOptions: {
      parser: plugin.parser,
      parserOptions: { graphQLConfig: { schema: fileURLToPath(new URL('api.graphql', import.meta.url)) } },
    },
    rules: {
      ...recommended,
      ...plugin.configs['flat/schema-relay'].rules,

      // Stricter: everything has a description, a deprecation says until when and what instead, an input says it is one.
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
          // type-graphql has no place for a description of the root types; each of their fields has one.
          ignoredSelectors: ['ObjectTypeDefinition[name.value=/^(Query|Mutation|Subscription)$/]'],
        },
      ],
      'hub/deprecation-form': 'error',
      '@graphql-eslint/naming-convention': [
        'error',
        {
          ...conventions,
          InputObjectTypeDefinition: { style: 'PascalCase', requiredSuffixes: ['Input', 'Filter', 'Order'] },
        },
      ],
      '@graphql-eslint/input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      '@graphql-eslint/require-nullable-fields-with-oneof': 'error',

      // Deviations.
      // Only what can be fetched again has an id. Sections, payloads, counts and the like are values of their parent.
      '@graphql-eslint/strict-id-in-types': 'off',
      // Lists that cannot grow (themes, the bodies of a State) are plain lists, and a connection has `nodes` beside
      // `edges`. An event is no Node: its cursor is its identity.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // The event log is read forwards only; that the other lists go both ways is in the contract test.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
];
