import { describe, expect, it } from 'vitest';
import { isProductName, productLine } from './product-name.ts';

/** Written as code points, which a reader can see. */
const named = (...codePoints: number[]) => String.fromCodePoint(...codePoints);

describe('the name of a product', () => {
  it.each<[string, string?]>([
    ['Mechanical Keyboard'],
    ['x'.repeat(255)],
    ['🎹'.repeat(255)],
    ['.'],
    [' a '],
    ['عربي', 'right-to-left text'],
    [named(0x200f, 0x5d0, 0x200e), 'marks of direction'],
    [named(0x1f468, 0x200d, 0x1f469), 'a joined emoji'],
    [named(0xa0, 0x61, 0x200b), 'a letter between blanks'],
    [named(0xac00), 'Hangul'],
    [named(0xe000), 'a character of private use'],
  ])('may be %j', (name: string) => {
    expect(isProductName(name)).toBe(true);
    expect(productLine(name)).toBe(name);
  });

  it.each<[string, string]>([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['half a character', '\ud800'],
    ['blanks', '   '],
    ['no-break and wide blanks', named(0xa0, 0x3000, 0x2003)],
    ['a zero width space', named(0x200b)],
    ['a byte order mark', named(0xfeff)],
    ['a word joiner', named(0x2060)],
    ['Hangul fillers', named(0x3164, 0x115f, 0xffa0)],
    ['a soft hyphen', named(0xad)],
    ['an empty Braille pattern', named(0x2800)],
    ['a variation selector', named(0xfe0f)],
    ['tags', named(0xe0061, 0xe007f)],
    ['a mark of direction', named(0x200e)],
  ])('may not be %s', (_, name) => {
    expect(isProductName(name)).toBe(false);
  });

  it.each<[string, number]>([
    ['a line feed', 0x0a],
    ['a carriage return', 0x0d],
    ['a tabulator', 0x09],
    ['an escape', 0x1b],
    ['a next line', 0x85],
    ['a line separator', 0x2028],
    ['a paragraph separator', 0x2029],
    ['a right-to-left override', 0x202e],
    ['a left-to-right embedding', 0x202a],
    ['a right-to-left isolate', 0x2067],
    ['an end of an isolate', 0x2069],
  ])('may not hold %s, which is a blank in a line of text', (_, codePoint) => {
    const name = `Desk${named(codePoint, codePoint)}Total: $0.01`;
    expect(isProductName(name)).toBe(false);
    expect(productLine(name)).toBe('Desk Total: $0.01');
  });
});
