import { expect, it } from 'vitest';
import { printable, printableLines } from './printable.ts';

it.each([
  ['a sequence that clears the screen', 'MARK\n\u001b[2J', 'MARK\\u000a\\u001b[2J'],
  ['the same in C1', '\u009b2J', '\\u009b2J'],
  ['a carriage return, backspace, delete and null', 'a\r\b\u007f\0', 'a\\u000d\\u0008\\u007f\\u0000'],
  ['a line and a paragraph separator', '\u2028\u2029\u0085', '\\u2028\\u2029\\u0085'],
  ['a change of direction', 'a\u202Eb\u2066c\u200F\u061C', 'a\\u202eb\\u2066c\\u200f\\u061c'],
])('%s becomes visible', (_, text, shown) => expect(printable(text)).toBe(shown));

it('what people write stays as it is', () => {
  const text = 'Zoë\tschrieb «naïve» 日本語 👩‍👩‍👧 שלום \\n';
  expect(printable(text)).toBe(text);
});

it('a text keeps its lines', () => {
  expect(printableLines('two\r\nlines\u0007\n')).toEqual(['two', 'lines\\u0007', '']);
});
