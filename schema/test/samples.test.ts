import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { NoDeprecatedCustomRule, buildSchema, parse, validate } from 'graphql';

const folder = fileURLToPath(new URL('../samples/', import.meta.url));
const api = buildSchema(readFileSync(fileURLToPath(new URL('../api.graphql', import.meta.url)), 'utf8'));

test.each(readdirSync(folder))('the sample %s is valid against the API and asks for nothing deprecated', (name) => {
  const document = parse(readFileSync(`${folder}${name}`, 'utf8'));
  expect(validate(api, document)).toEqual([]);
  expect(validate(api, document, [NoDeprecatedCustomRule])).toEqual([]);
});
