import { describe, expect, it } from 'vitest';
import { pageOf } from './page.ts';

describe('a page', () => {
  it('has a token for the next one until the list ends', () => {
    const first = pageOf(['a', 'b', 'c'], 2, undefined);
    expect(first?.items).toEqual(['a', 'b']);
    expect(pageOf(['a', 'b', 'c'], 2, first?.next)).toEqual({ items: ['c'] });
    expect(pageOf(['a', 'b'], 2, undefined)).toEqual({ items: ['a', 'b'] });
    expect(pageOf([], 2, undefined)).toEqual({ items: [] });
  });

  it('past the end of a list that has become shorter is empty', () => {
    expect(pageOf(['a'], 2, pageOf(['a', 'b', 'c'], 2, undefined)?.next)).toEqual({ items: [] });
  });

  it.each(['', 'abc', Buffer.from('page--1').toString('base64url')])('is none for the token "%s"', (token) => {
    expect(pageOf(['a', 'b'], 1, token)).toBeUndefined();
  });
});
