import { describe, expect, test } from '@jest/globals';
import { released, unnamedBreaks } from '../src/changes.js';

const baseline = `type Query { practice(id: ID!): Practice } type Practice { title: String summary: String } enum Marking { CLEAR RED }`;
const changes = (...lines: string[]) =>
  `# Changes\n\n## Unreleased\n\n${lines.join('\n')}\n\n## 2026-01-01\n\n- First.\n`;

describe('a change of the API', () => {
  test.each([
    ['a field removed', ['title: String ', ''], 'Practice.title'],
    ['a type changed', ['title: String', 'title: Int'], 'Practice.title'],
    ['an argument required', ['practice(id: ID!)', 'practice(id: ID!, version: Int!)'], 'Query.practice.version'],
    ['an argument removed', ['practice(id: ID!)', 'practice'], 'Query.practice.id'],
    ['an enum value removed', ['CLEAR RED', 'CLEAR'], 'Marking.RED'],
  ] as const)('%s fails until its line stands in CHANGES.md', async (_what, [from, to], path) => {
    const api = baseline.replace(from, to);
    expect(await unnamedBreaks(baseline, api, changes())).toEqual([expect.stringContaining(`\`${path}\``)]);
    expect(await unnamedBreaks(baseline, api, changes(`- BREAKING \`${path}\`: ask otherwise.`))).toEqual([]);
  });

  test.each([
    ['a field added', ['title: String', 'title: String caution: String']],
    ['a field that is never null any more', ['title: String', 'title: String!']],
    ['a value added to an enum', ['CLEAR RED', 'CLEAR AMBER RED']],
  ] as const)('%s passes', async (_what, [from, to]) => {
    expect(await unnamedBreaks(baseline, baseline.replace(from, to), changes())).toEqual([]);
  });

  test('does not pass by a line of an earlier release, or by one without a word for clients', async () => {
    const api = baseline.replace('title: String ', '');
    const earlier = `${changes()}- BREAKING \`Practice.title\`: ask otherwise.\n`;
    expect(await unnamedBreaks(baseline, api, earlier)).toHaveLength(1);
    expect(await unnamedBreaks(baseline, api, changes('- BREAKING `Practice.title`:'))).toHaveLength(1);
  });

  test('that is named and breaks nothing fails: the line is left over or misspelt', async () => {
    const line = '- BREAKING `Practice.titel`: ask otherwise.';
    expect(await unnamedBreaks(baseline, baseline, changes(line))).toEqual([expect.stringContaining('Practice.titel')]);
  });
});

describe('a release', () => {
  test('puts what was unreleased under its day', () => {
    expect(released(changes('- New.'), '2026-02-01')).toBe(
      '# Changes\n\n## Unreleased\n\n## 2026-02-01\n\n- New.\n\n## 2026-01-01\n\n- First.\n',
    );
  });

  test('says something to clients', () => {
    expect(() => released(changes(), '2026-02-01')).toThrow('Unreleased');
  });
});
