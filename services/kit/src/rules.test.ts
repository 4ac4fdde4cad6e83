/** The kit's pure rules: ids, scalars, languages, pages, cursors, settings. */
import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ConfigError, key32, optional, port, readConfig, required, text } from './config.js';
import { cursorCodec } from './cursor.js';
import { HubError } from './errors.js';
import { globalId, idAt, keyAt, parseGlobalId, referenceKey } from './ids.js';
import { type Localized, TranslationStatus, localize } from './localized-text.js';
import { encodePageCursor, pageOf } from './page.js';
import { CalendarDate, Cursor, DateTime, Iso3, Locale, M49 } from './scalars.js';
import { type Viewer, anonymous, groupsOf, holds, isVetted } from './viewer.js';

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof HubError || (error as HubError).extensions ? (error as HubError).extensions : error;
  }
};

describe('global ids', () => {
  test('name a type and a key, in one spelling only', () => {
    const id = globalId('MemberState', 'KEN');
    expect(parseGlobalId(id)).toEqual({ type: 'MemberState', key: 'KEN' });
    for (const other of [
      `${id}=`,
      `${id} `,
      id.slice(1),
      '',
      'nonsense',
      Buffer.from('KEN').toString('base64url'),
      globalId('x', 'KEN'),
    ])
      expect(parseGlobalId(other)).toBeNull();
  });

  test('whose key is misspelt are malformed; of another type they are just not it', () => {
    expect(codeOf(() => idAt(['id'], globalId('MemberState', 'ken')))).toEqual({
      code: 'BAD_USER_INPUT',
      path: ['id'],
    });
    expect(codeOf(() => idAt(['ids', 3], globalId('Practice', '7')))).toEqual({
      code: 'BAD_USER_INPUT',
      path: ['ids', '3'],
    });
    expect(keyAt(['id'], 'Practice', globalId('Theme', 'gender'))).toBeNull();
    expect(referenceKey('Region', globalId('Region', '002'))).toBe('002');
    for (const id of [undefined, 7, 'nonsense', globalId('Region', 'two'), globalId('Theme', 'x')])
      expect(referenceKey('Region', id)).toBeNull();
  });
});

describe('scalars', () => {
  test.each([
    [M49, ['002', '150'], ['2', '0002', 'AFR', '', '٠٠٢']],
    [Iso3, ['KEN'], ['ken', 'KE', 'KENY', 'K3N', '']],
    [Locale, ['en', 'zh-Hant', 'fr-CA'], ['english please', 'e', '', 'en_US!', 'x'.repeat(50)]],
    [
      CalendarDate,
      ['2024-02-29', '0001-01-01'],
      ['2023-02-29', '2024-13-01', '24-01-01', '2024-1-1', '2024-01-01T00:00:00Z', ''],
    ],
    [
      Cursor,
      [randomBytes(16).toString('base64url')],
      ['', 'short', 'A'.repeat(21) + 'B', 'A'.repeat(23), '?'.repeat(22)],
    ],
  ] as const)('%s takes what it says and nothing else', (scalar, good, bad) => {
    for (const value of good) expect(scalar.parseValue(value)).toBe(value);
    for (const value of [...bad, 7, null, {}, ['002']])
      expect([value, codeOf(() => scalar.parseValue(value))]).toEqual([value, { code: 'BAD_USER_INPUT' }]);
  });

  test('DateTime takes RFC 3339 with an offset and gives UTC', () => {
    expect(DateTime.serialize(DateTime.parseValue('2026-03-01T09:30:00+03:00'))).toBe('2026-03-01T06:30:00.000Z');
    for (const value of [
      '2026-03-01',
      '2026-03-01T09:30:00',
      '2026-02-30T09:30:00Z',
      '2026-03-01T24:00:00Z',
      '2026-03-01T09:61:00Z',
      'now',
      '',
      0,
    ])
      expect([value, codeOf(() => DateTime.parseValue(value))]).toEqual([value, { code: 'BAD_USER_INPUT' }]);
  });

  test('languages are canonical', () => {
    expect(Locale.parseValue('EN-gb')).toBe('en-GB');
  });
});

test('the text shown is the asked language’s, then the viewer’s, then the original', () => {
  const { ORIGINAL, HUMAN, MACHINE } = TranslationStatus;
  const texts: Localized = {
    fr: { text: 'Bonjour', status: MACHINE },
    'pt-BR': { text: 'Bom dia', status: HUMAN },
    sw: { text: 'Habari', status: ORIGINAL },
  };
  expect(localize(texts, 'fr-CA', [])).toEqual({ text: 'Bonjour', locale: 'fr', status: MACHINE });
  expect(localize(texts, 'de', ['es', 'pt-BR'])?.locale).toBe('pt-BR');
  expect(localize(texts, null, ['pt'])?.locale).toBe('sw');
  expect(localize(texts, undefined, [])?.locale).toBe('sw');
  expect(localize({}, 'en', ['en'])).toBeNull();
  expect(localize(texts, 'constructor', ['__proto__'])?.locale).toBe('sw');
});

describe('pages of a list in memory', () => {
  const list = [...'abcdefg'];
  const page = (args: object) => {
    const { entries, hasNextPage, hasPreviousPage } = pageOf(list, (entry) => entry, args);
    return [entries.map(({ node }) => node).join(''), hasPreviousPage, hasNextPage];
  };
  const at = encodePageCursor;
  test.each([
    [{}, ['abcdefg', false, false]],
    [{ first: 2 }, ['ab', false, true]],
    [{ first: 2, after: at('b') }, ['cd', true, true]],
    [{ last: 2 }, ['fg', true, false]],
    [{ last: 2, before: at('f') }, ['de', true, true]],
    [{ first: 9, after: at('b'), before: at('e') }, ['cd', true, true]],
    [{ first: 1, after: at('g') }, ['', true, false]],
  ])('%j', (args, expected) => {
    expect(page(args)).toEqual(expected);
  });

  test.each([
    [{ first: 0 }, ['first']],
    [{ first: 101 }, ['first']],
    [{ last: -1 }, ['last']],
    [{ first: 1, last: 1 }, ['last']],
    [{ after: 'nonsense' }, ['after']],
    [{ before: at('z') }, ['before']],
    [{ after: at({ any: 'thing' }) }, ['after']],
  ])('%j is BAD_USER_INPUT', (args, path) => {
    expect(codeOf(() => page(args))).toEqual({ code: 'BAD_USER_INPUT', path });
  });
});

describe('event cursors', () => {
  const codec = cursorCodec(Buffer.alloc(32, 1));
  test('come back as what they were, are of one spelling, and fit the scalar', () => {
    for (const place of [
      { position: 0, ordinal: 0 },
      { position: 1, ordinal: 65_535 },
      { position: 2 ** 48 - 1, ordinal: 0 },
      { position: 2 ** 32 - 1, ordinal: 2 ** 32 - 1 },
    ]) {
      const cursor = codec.encode(4_294_967_295, place);
      expect(codec.decode(4_294_967_295, cursor)).toEqual(place);
      expect(codec.encode(4_294_967_295, place)).toBe(cursor);
      expect(Cursor.parseValue(cursor)).toBe(cursor);
    }
  });

  test('of another epoch, another key, or made up are CURSOR_INVALID', () => {
    const cursor = codec.encode(7, { position: 1, ordinal: 0 });
    const foreign = cursorCodec(Buffer.alloc(32, 2)).encode(7, { position: 1, ordinal: 0 });
    for (const work of [
      () => codec.decode(8, cursor),
      () => codec.decode(7, foreign),
      () => codec.decode(7, randomBytes(16).toString('base64url')),
      () => codec.decode(7, 'short'),
    ])
      expect(codeOf(work)).toEqual({ code: 'CURSOR_INVALID' });
  });

  test('of neighbouring places have nothing in common', () => {
    const [a, b] = [1, 2].map((position) => codec.encode(7, { position, ordinal: 0 }));
    expect([...a!].filter((letter, index) => letter === b![index]).length).toBeLessThan(8);
  });
});

test('settings are read at once, and every fault is named without its value', () => {
  const shape = {
    PORT: optional('a port', port, 4000),
    SECRET: required('32 bytes in base64', key32),
    NAME: required('a name', text),
  };
  expect(readConfig({ SECRET: Buffer.alloc(32).toString('base64'), NAME: 'x' }, shape)).toMatchObject({
    PORT: 4000,
    NAME: 'x',
  });
  try {
    readConfig({ PORT: '99999', SECRET: 'c2VjcmV0' }, shape);
    throw new Error('it should have been refused');
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message.split('\n').length).toBe(3);
    expect((error as Error).message).not.toContain('c2VjcmV0');
  }
});

describe('a viewer', () => {
  const person = (...roles: Viewer['roles']): Viewer => ({
    kind: 'person',
    key: 'k',
    roles,
    scopes: [],
    ceiling: 'RED',
  });
  const focalPoint = { role: 'FOCAL_POINT', of: 's:KEN', groups: ['s:KEN', 'b:igad'] } as const;
  test('is vetted with a current role, the auditor’s aside, or as a client cleared for GREEN', () => {
    expect(isVetted(anonymous)).toBe(false);
    expect(isVetted(person())).toBe(false);
    expect(isVetted(person({ role: 'AUDITOR', of: null, groups: [] }))).toBe(false);
    expect(isVetted(person({ role: 'CURATOR', of: null, groups: [] }))).toBe(true);
    const client = (ceiling: Viewer['ceiling']): Viewer => ({
      kind: 'client',
      key: 'c',
      roles: [{ role: 'INTEGRATOR', of: 's:KEN', groups: [] }],
      scopes: [],
      ceiling,
    });
    expect(['CLEAR', 'GREEN', 'AMBER'].map((ceiling) => isVetted(client(ceiling as 'CLEAR')))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('reaches groups by the roles that reach them, and holds only what is their own', () => {
    const viewer = person(
      { ...focalPoint, groups: [...focalPoint.groups] },
      { role: 'REVIEWER', of: 'b:asean', groups: ['b:asean'] },
    );
    expect(groupsOf(viewer, 'FOCAL_POINT')).toEqual(['s:KEN', 'b:igad']);
    expect(groupsOf(viewer, 'FOCAL_POINT', 'REVIEWER')).toEqual(['s:KEN', 'b:igad', 'b:asean']);
    expect(holds(viewer, 'FOCAL_POINT')).toEqual(['s:KEN']);
    expect(holds(viewer, 'OFFICER')).toEqual([]);
  });
});
