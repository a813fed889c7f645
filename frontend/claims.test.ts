import { expect, it } from 'vitest';
import { claimsOf } from './claims.ts';

it('reads what a token says, in any script', () => {
  const claims = { sub: '17', name: 'Zoë 訂單', roles: ['a?b>c'] };
  expect(claimsOf(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`)).toEqual(claims);
});

it.each(['', 'opaque', 'a.b.c', 'e30.MTc.x', 'e30.bnVsbA.x'])('finds no claims in %j', (token) => {
  expect(claimsOf(token)).toEqual({});
});
