import { describe, expect, it } from 'vitest';
import { readRoute, writeRoute } from './route.ts';

const NOWHERE = { q: '', status: '', order: '' };

describe('the route in the address', () => {
  it.each([
    ['', NOWHERE],
    ['?q=ali&status=created&order=1', { q: 'ali', status: 'created', order: '1' }],
    ['?status=eaten&x=1', NOWHERE],
  ])('%j is read', (search, route) => {
    expect(readRoute(search)).toEqual(route);
  });

  it('is written beside what others keep there', () => {
    expect(writeRoute('?view=1&q=old', { ...NOWHERE, q: 'a&b' })).toBe('?view=1&q=a%26b');
    expect(writeRoute('?q=old', NOWHERE)).toBe('');
    expect(readRoute(writeRoute('', { q: 'ö', status: 'confirmed', order: 'x' }))).toEqual({
      q: 'ö',
      status: 'confirmed',
      order: 'x',
    });
  });
});
