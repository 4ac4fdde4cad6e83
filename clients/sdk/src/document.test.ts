import { expect, test } from '@jest/globals';
import { resumable } from './document.js';

test.each([
  ['subscription ($after: Cursor) { practiceEvents(after: $after) { cursor type } }', 'practiceEvents', 'after'],
  ['subscription S($from: Cursor) { news: practiceEvents(after: $from) { type cursor at } }', 'news', 'from'],
  [
    'subscription ($after: Cursor) { practiceEvents(after: $after) { ...E } } fragment E on PracticeEvent { ... { cursor } type }',
    'practiceEvents',
    'after',
  ],
])('%s can be resumed', (query, field, after) => expect(resumable(query)).toEqual({ field, after }));

test('one of several is picked by its name', () => {
  const query = `query Q { viewer { kind } } subscription S($after: Cursor) { practiceEvents(after: $after) { cursor type } }`;
  expect(resumable(query, 'S')).toEqual({ field: 'practiceEvents', after: 'after' });
  expect(() => resumable(query)).toThrow(/operationName/);
  expect(() => resumable(query, 'Q')).toThrow(/not a query/);
  expect(() => resumable(query, 'T')).toThrow(/no operation T/);
});

test.each([
  ['subscription { practiceEvents { cursor type } }', /\$after: Cursor/],
  ['subscription ($after: String) { practiceEvents(after: $after) { cursor type } }', /\$after: Cursor/],
  ['subscription ($after: Cursor!) { practiceEvents(after: $after) { cursor type } }', /\$after: Cursor/],
  ['subscription ($after: Cursor) { practiceEvents(after: "x") { cursor type } }', /\$after: Cursor/],
  ['subscription ($after: Cursor) { practiceEvents(after: $after) { type } }', /`cursor`/],
  ['subscription ($after: Cursor) { practiceEvents(after: $after) { type place: cursor } }', /`cursor`/],
  ['subscription ($after: Cursor) { practiceEvents(after: $after) { cursor practice { type } } }', /`type`/],
  ['subscription ($after: Cursor) { practiceEvents(after: $after) }', /`cursor`/],
  ['subscription ($after: Cursor) { ...R } fragment R on Subscription { practiceEvents { cursor type } }', /by name/],
  [
    'subscription ($after: Cursor) { practiceEvents(after: $after) { ...A type } } fragment A on E { ...A }',
    /`cursor`/,
  ],
  ['{ practiceEvents { cursor } }', /not a query/],
  ['subscription {', /Syntax Error/],
])('%s cannot, and is told why', (query, why) => {
  expect(() => resumable(query)).toThrow(expect.objectContaining({ code: 'BAD_SUBSCRIPTION' }));
  expect(() => resumable(query)).toThrow(why);
});
