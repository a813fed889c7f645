import { describe, expect, it } from 'vitest';
import { readPlace, writePlace } from './place.ts';

const NOWHERE = { q: '', status: '', order: '' };

describe('the place in the address', () => {
  it.each([
    ['', NOWHERE],
    ['?q=ali&status=created&order=1', { q: 'ali', status: 'created', order: '1' }],
    ['?status=eaten&x=1', NOWHERE],
  ])('%j is read', (search, place) => {
    expect(readPlace(search)).toEqual(place);
  });

  it('is written beside what others keep there', () => {
    expect(writePlace('?view=1&q=old', { ...NOWHERE, q: 'a&b' })).toBe('?view=1&q=a%26b');
    expect(writePlace('?q=old', NOWHERE)).toBe('');
    expect(readPlace(writePlace('', { q: 'ö', status: 'confirmed', order: 'x' }))).toEqual({
      q: 'ö',
      status: 'confirmed',
      order: 'x',
    });
  });
});
