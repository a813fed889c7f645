import { describe, expect, it } from 'vitest';
import { recordFilter } from './record-filter.ts';

const JSON_PATTERN = '{ "value": { "device_ID": [ { "prefix": "AB" } ] } }';
const TEXT_PATTERN = '{ "value": [ { "anything-but": [ "error" ] } ] }';

describe('a record of Kafka', () => {
  it.each([
    [JSON_PATTERN, '{"device_ID":"AB1234"}', true],
    [JSON_PATTERN, '{"device_ID":"CD1234"}', false],
    [JSON_PATTERN, '{}', false],
    [TEXT_PATTERN, 'error', false],
    [TEXT_PATTERN, 'errors', true],
  ])('is tested by what its value says: %s on %s: %s', (pattern, value, passes) => {
    expect(recordFilter([pattern])?.(Buffer.from(value))).toBe(passes);
  });

  it.each([
    ['a text, on a pattern for JSON', JSON_PATTERN, Buffer.from('CD1234')],
    ['a number, on a pattern for JSON', JSON_PATTERN, Buffer.from('5')],
    ['JSON, on a pattern for texts', '{ "value": [ "x" ] }', Buffer.from('{"device_ID":"CD"}')],
    ['what is not UTF-8', TEXT_PATTERN, Buffer.from([0xff, 0xfe])],
    ['a tombstone', JSON_PATTERN, null],
  ])('passes when the filter is not made for it: %s', (_, pattern, value) => {
    expect(recordFilter([pattern])?.(value)).toBe(true);
  });

  it('needs to satisfy one of several filters', () => {
    const filter = recordFilter(['{ "value": { "n": [1] } }', '{ "value": { "n": [2] } }']);
    expect([1, 2, 3].map((n) => filter?.(Buffer.from(`{"n":${n}}`)))).toEqual([true, true, false]);
  });
});

it.each([
  ['{', 'Invalid filter pattern definition.'],
  ['[]', 'Invalid filter pattern definition. Filter is not an object'],
  ['{ "value": "x" }', 'Invalid filter pattern definition. "value" must be an object or an array'],
  ['{ "topic": ["orders"] }', 'filtered by "value" alone, not by "topic".'],
])('the pattern %s is refused', (pattern, reason) => {
  expect(() => recordFilter([pattern])).toThrow(reason);
});
