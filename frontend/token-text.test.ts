import { describe, expect, it } from 'vitest';
import { parseToken, TokenError, tokenInFragment } from './token-text.ts';

describe('a pasted text', () => {
  it('is a token with what is often copied along', () => {
    expect(parseToken('  Bearer a.b-_c.d~+/==\n')).toBe('a.b-_c.d~+/==');
  });

  it.each(['', '  ', 'Bearer ', 'two words', 'a.b.c\nX-Evil: 1', '„token“'])('is no token: %j', (text) => {
    expect(() => parseToken(text)).toThrow(TokenError);
  });
});

describe('the page’s address', () => {
  it.each([
    ['#access_token=a.b.c&token_type=Bearer&expires_in=300', 'a.b.c'],
    ['#state=1&access_token=a%2Bb', 'a+b'],
  ])('%s hands over a token', (fragment, token) => {
    expect(tokenInFragment(fragment)).toBe(token);
  });

  it.each(['', '#', '#orders-title', '#access_token=', '#error=access_denied'])('%j does not', (fragment) => {
    expect(tokenInFragment(fragment)).toBeUndefined();
  });
});
