import { describe, expect, it } from 'vitest';
import { parseJson, parseJsonExactly } from './json.ts';

describe('JSON', () => {
  it.each([
    '149.99',
    '149.990',
    '0.1',
    '0',
    '-0.0',
    '1e2',
    '1.5E+3',
    '15e-1',
    '-0.015e2',
    '99999999.99',
    '9007199254740991',
    '5e-324',
    '1e21',
  ])('has the number %s as it is written', (digits) => {
    expect(parseJson(`{"price":${digits}}`)).toEqual({ price: Number(digits) });
  });

  it.each([
    '99999999.990000001',
    '149.99000000000000001',
    '9007199254740993',
    '1e400',
    '-1e400',
    '1e-400',
    `1.${'0'.repeat(60_000)}`,
  ])('has no number for %s, which a double does not hold', (digits) => {
    expect(parseJson(`[${digits}]`)).toEqual([Number.NaN]);
  });

  it('has all other values as they are', () => {
    const value = { text: '99999999.990000001', list: [true, null, { deep: 'é' }] };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  });

  it.each([parseJson, (text: string) => parseJsonExactly(text, () => 0)])('is not quoted when it is none', (parse) => {
    expect(() => parse('{"password": hunter2}')).toThrow(new SyntaxError('It is not valid JSON.'));
  });
});
