/** The names that clients and outside checks rely on: they stay, whatever else of the API changes. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType, isUnionType } from 'graphql';

const read = (name: string) => buildSchema(readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8'));
const api = read('../api.graphql');
const contract = read('fixtures/contract.graphql');

const promised = Object.values(contract.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

test.each(promised.map((type) => [type.name, type] as const))('the API has %s as promised', (name, type) => {
  const actual = api.getType(name);
  expect(actual?.constructor).toBe(type.constructor);
  if (isEnumType(type) && isEnumType(actual))
    expect(actual.getValues().map(({ name }) => name)).toEqual(
      expect.arrayContaining(type.getValues().map(({ name }) => name)),
    );
  if (isUnionType(type) && isUnionType(actual))
    expect(actual.getTypes().map(String)).toEqual(expect.arrayContaining(type.getTypes().map(String)));
  if (isInputObjectType(type) && isInputObjectType(actual))
    for (const [field, { type: promisedType }] of Object.entries(type.getFields()))
      expect([field, String(actual.getFields()[field]?.type)]).toEqual([field, String(promisedType)]);
  if ((isObjectType(type) && isObjectType(actual)) || (isInterfaceType(type) && isInterfaceType(actual))) {
    expect(actual.getInterfaces().map(String)).toEqual(expect.arrayContaining(type.getInterfaces().map(String)));
    for (const [field, { type: promisedType, args }] of Object.entries(type.getFields())) {
      const there = actual.getFields()[field];
      expect([field, String(there?.type)]).toEqual([field, String(promisedType)]);
      for (const arg of args)
        expect([field, arg.name, String(there?.args.find(({ name }) => name === arg.name)?.type)]).toEqual([
          field,
          arg.name,
          String(arg.type),
        ]);
      const demanded = there?.args.filter((arg) => String(arg.type).endsWith('!') && arg.defaultValue === undefined);
      const allowed = args.map(({ name }) => name);
      expect(demanded?.map(({ name }) => name).filter((name) => !allowed.includes(name))).toEqual([]);
    }
  }
});
