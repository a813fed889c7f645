import { describe, expect, it } from 'vitest';
import { compileConditions } from './conditions.ts';

type Row = [operator: string, expected: string | string[], actual: string | string[] | undefined, holds: boolean];

const KEY = 'aws:SourceArn';

function holds(operator: string, expected: string | string[], actual: string | string[] | undefined): boolean {
  const condition = compileConditions({ [operator]: { [KEY]: [expected].flat() } }, true);
  return condition?.({ get: () => (actual === undefined ? undefined : [actual].flat()) }) ?? true;
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
const operators: Row[] = [
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringEqualsIgnoreCase', 'a', 'A', true],
  ['StringNotEqualsIgnoreCase', 'a', 'A', false],
  ['StringLike', 'a*c?', 'abcd', true],
  ['StringNotLike', 'a*', 'abcd', false],
  ['NumericEquals', '10', '10.0', true],
  ['NumericNotEquals', '10', '11', true],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '9', false],
  ['NumericGreaterThanEquals', '10', 'many', false],
  ['DateGreaterThan', '2020-01-01T00:00:01Z', '2020-01-01T00:00:00Z', false],
  ['DateLessThan', '2020-01-01T00:00:01Z', '1577836800', true],
  ['Bool', 'false', 'False', true],
  ['Bool', 'false', 'true', false],
  ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
  ['IpAddress', '203.0.113.0/24', '203.0.113.9', true],
  ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5678::1', true],
  ['IpAddress', '203.0.113.7', '203.0.113.8', false],
  ['NotIpAddress', '203.0.113.0/24', '198.51.100.1', true],
  ['ArnLike', 'arn:aws:sns:*:123456789012:*', 'arn:aws:sns:us-east-1:123456789012:a:b', true],
  ['ArnEquals', 'arn:aws:sns:*:123456789012:x?', 'arn:aws:sns:us-east-1:123456789012:xy', true],
  ['ArnNotLike', 'arn:aws:sns:*:123456789012:*', 'arn:aws:sns:us-east-1:1:x', true],
];

const missingKeys: Row[] = [
  ['StringEquals', 'a', undefined, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['StringNotLike', 'a', undefined, true],
  ['BoolIfExists', 'true', undefined, true],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'a', false],
  ['Null', 'false', 'a', true],
  ['Null', 'false', undefined, false],
];

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
const sets: Row[] = [
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a', 'b'], undefined, true],
  ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
  ['ForAllValues:StringNotEquals', ['a', 'b'], ['a', 'd'], false],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['ForAnyValue:StringLike', ['a*'], ['c', 'ab'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c'], false],
  ['ForAnyValue:StringEquals', ['a', 'b'], undefined, false],
  ['ForAnyValue:StringNotEquals', ['a'], ['a', 'c'], true],
];

describe.each([
  ['a condition', operators],
  ['a condition on a key that may be missing', missingKeys],
  ['a condition on a set of values', sets],
])('%s', (_, rows) => {
  it.each(rows)('%s %j of %j: %s', (operator, expected, actual, result) => {
    expect(holds(operator, expected, actual)).toBe(result);
  });
});

it('holds only with all of its operators and keys', () => {
  const bool = { 'aws:SecureTransport': ['true'] };
  const condition = compileConditions(
    { StringEquals: { 'aws:Referer': ['a'], 'aws:UserAgent': ['b'] }, Bool: bool },
    true,
  );
  const values = new Map([
    ['aws:Referer', ['a']],
    ['aws:UserAgent', ['b']],
    ['aws:SecureTransport', ['true']],
  ]);
  expect(condition?.(values)).toBe(true);
  for (const key of values.keys()) {
    const others = new Map([...values].filter(([name]) => name !== key));
    expect(condition?.(others)).toBe(false);
  }
});

it.each([
  ['StringMatches', KEY, 'a', 'the condition operator StringMatches does not exist'],
  ['NullIfExists', KEY, 'true', 'the condition operator NullIfExists does not exist'],
  ['StringEquals', 'aws:ShoeSize', 'a', 'the local runner does not know the condition key aws:ShoeSize'],
  ['NumericEquals', KEY, 'many', '"many" is no value that can be compared'],
  ['IpAddress', KEY, 'here', '"here" is no address and no range of addresses'],
])('with %s on %s and %s is refused', (operator, key, value, message) => {
  expect(() => compileConditions({ [operator]: { [key]: [value] } }, true)).toThrow(message);
});
