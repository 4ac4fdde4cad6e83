/** What counts as loosening, and what is left when consents run out. */
import { describe, expect, test } from '@jest/globals';
import type { Token } from '@hub/kit/viewer';
import { type Sharing, both, isLooser, lapseAt, lapsesAfter, lapsesRenewed, unshared } from './practice.sharing.js';
import { Marking } from './vocabulary.js';

const { CLEAR, GREEN, AMBER, AMBER_STRICT, RED } = Marking;
const share = (
  marking: Marking,
  audience: Token[] | null = null,
  sectionMarkings: Sharing['sectionMarkings'] = {},
): Sharing => ({ marking, audience, sectionMarkings });

test.each([
  ['a laxer marking', share(AMBER, ['s:KEN']), share(GREEN, ['s:KEN']), true],
  ['a stricter marking', share(GREEN), share(AMBER, ['s:KEN']), false],
  ['one more in the audience', share(AMBER, ['s:KEN']), share(AMBER, ['s:KEN', 's:UGA']), true],
  ['one less', share(AMBER, ['s:KEN', 's:UGA']), share(AMBER, ['s:KEN']), false],
  ['a person named at AMBER, where persons do not count', share(AMBER, []), share(AMBER, ['p:x']), false],
  ['an audience below AMBER, where it does not count', share(GREEN, []), share(GREEN, ['s:KEN']), false],
  ['AMBER for RED', share(AMBER, ['b:igad']), share(RED, ['p:x']), true],
  ['a section’s own marking given', share(AMBER, []), share(AMBER, [], { rights: RED }), false],
  ['a section’s own marking taken away', share(AMBER, [], { rights: RED }), share(AMBER, []), true],
  ['one that did nothing taken away', share(AMBER, [], { rights: GREEN }), share(AMBER, []), false],
  [
    'a section’s loosened while the practice is tightened past both',
    share(GREEN, [], { rights: AMBER }),
    share(AMBER, []),
    false,
  ],
  [
    'a person whom a RED section of an AMBER practice adds',
    share(AMBER, ['s:KEN'], { rights: RED }),
    share(AMBER, ['s:KEN', 'p:x'], { rights: RED }),
    true,
  ],
] as const)('loosening: %s', (_what, before, after, looser) => {
  expect(isLooser(before, after)).toBe(looser);
});

test.each([
  [share(GREEN), share(AMBER, ['s:KEN']), share(AMBER, ['s:KEN'])],
  [share(CLEAR), share(GREEN, ['s:KEN']), share(GREEN, ['s:KEN'])],
  [share(AMBER, ['s:KEN', 'b:igad']), share(AMBER_STRICT, ['b:igad', 's:UGA']), share(AMBER_STRICT, ['b:igad'])],
  [share(RED, ['p:x', 'p:z']), share(RED, ['p:x', 'p:y']), share(RED, ['p:x'])],
  // At RED persons count and nobody else, elsewhere States and bodies: both allow nobody.
  [share(AMBER, ['b:igad', 'p:x']), share(RED, ['p:x', 'p:y']), share(RED, [])],
  [
    share(GREEN, null, { rights: AMBER }),
    share(GREEN, null, { rights: RED, scope: AMBER }),
    share(GREEN, null, { rights: RED, scope: AMBER }),
  ],
])('both of %j and %j allow %j, whichever comes first', (a, b, expected) => {
  expect(both(a, b)).toEqual(expected);
  expect(both(b, a)).toEqual(expected);
});

describe('what is left when consents run out', () => {
  const strict = share(AMBER_STRICT, ['b:igad']);
  const wide = share(AMBER_STRICT, ['b:igad', 's:NGA']);
  const green = share(GREEN, ['b:igad', 's:NGA']);
  const [june, may] = [lapseAt('2030-06-30'), lapseAt('2030-05-31')];

  test('a consent holds through its last day', () => {
    expect(june).toBe('2030-07-01T00:00:00.000Z');
  });
  test('the sharing before the loosening that it covered', () => {
    expect(lapsesAfter([], green, { expiry: '2030-06-30', before: strict })).toEqual([{ at: june, ...strict }]);
    expect(lapsesAfter([], green, { expiry: null, before: strict })).toEqual([]);
  });
  test('of what was never shared before, nothing', () => {
    expect(lapsesAfter([], wide, { expiry: '2030-06-30', before: unshared })).toEqual([
      { at: june, marking: RED, audience: [], sectionMarkings: {} },
    ]);
  });
  test('less what was taken away by that change, or since', () => {
    const moved = share(AMBER_STRICT, ['s:NGA']);
    expect(lapsesAfter([], moved, { expiry: '2030-06-30', before: strict })).toEqual([
      { at: june, marking: AMBER_STRICT, audience: [], sectionMarkings: {} },
    ]);
    const pending = lapsesAfter([], green, { expiry: '2030-06-30', before: wide });
    expect(lapsesAfter(pending, share(AMBER_STRICT, ['s:NGA']), null)).toEqual([]); // tightened below it: nothing is left to fall
    expect(lapsesAfter(pending, share(AMBER, ['s:NGA']), null)).toEqual([
      { at: june, marking: AMBER_STRICT, audience: ['s:NGA'], sectionMarkings: {} },
    ]);
  });
  test('the later consent that ends first takes only its own with it', () => {
    const first = lapsesAfter([], wide, { expiry: '2030-06-30', before: strict });
    expect(lapsesAfter(first, green, { expiry: '2030-05-31', before: wide })).toEqual([
      { at: may, ...wide },
      { at: june, ...strict },
    ]);
  });
  test('the earlier consent that ends first takes with it what was opened on top', () => {
    const first = lapsesAfter([], wide, { expiry: '2030-05-31', before: strict });
    expect(lapsesAfter(first, green, { expiry: '2030-06-30', before: wide })).toEqual([{ at: may, ...strict }]);
    expect(lapsesAfter(first, green, { expiry: null, before: wide })).toEqual([{ at: may, ...strict }]);
  });
  test('renewed, all ends together at the new end, or never', () => {
    const two = lapsesAfter(lapsesAfter([], wide, { expiry: '2030-06-30', before: strict }), green, {
      expiry: '2030-05-31',
      before: wide,
    });
    expect(lapsesRenewed(two, '2031-06-30')).toEqual([{ ...strict, at: lapseAt('2031-06-30') }]);
    expect(lapsesRenewed(two, null)).toEqual([]);
    expect(lapsesRenewed([], '2031-06-30')).toEqual([]);
  });
  test('sections fall back with the practice', () => {
    const before = share(AMBER, ['b:igad'], { rights: RED });
    expect(lapsesAfter([], share(AMBER, ['b:igad']), { expiry: '2030-06-30', before })).toEqual([
      { at: june, ...before },
    ]);
  });
});
