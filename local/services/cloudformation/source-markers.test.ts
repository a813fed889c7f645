import { describe, expect, it } from 'vitest';
import { markerReplacer } from './source-markers.ts';

const replaced = (text: string, ...args: Parameters<typeof markerReplacer>) =>
  Buffer.from(markerReplacer(...args)(Buffer.from(text))).toString();

describe('markerReplacer', () => {
  it('replaces markers by their values, unchanged', () => {
    expect(replaced('a=<<m:1>> b=<<m:2>> a=<<m:1>>', { '<<m:1>>': 'ü$&', '<<m:2>>': '"' }, {})).toBe('a=ü$& b=" a=ü$&');
  });

  it('escapes values inside JSON strings', () => {
    expect(replaced('{"a":"<<m>>"}', { '<<m>>': 'say "hi"' }, { jsonEscape: 'true' })).toBe('{"a":"say \\"hi\\""}');
  });

  it('follows the encoding that is declared for a marker', () => {
    const config = { jsonEscape: true, markerEncodings: { '<<m>>': 'JSON_VALUE' as const } };
    expect(replaced('{"a":<<m>>}', { '<<m>>': ['x'] }, config)).toBe('{"a":["x"]}');
  });

  it('changes only markers in a binary file', () => {
    const binary = Buffer.from([0, 255, 195, 40, 60, 62, 128]);
    expect(Buffer.from(markerReplacer({ '<>': '!' }, {})(binary))).toEqual(Buffer.from([0, 255, 195, 40, 33, 128]));
  });
});
