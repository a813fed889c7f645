import { describe, expect, it } from 'vitest';
import { identityOf, parseOperatorClaim } from './identity.ts';

describe('who bears a token', () => {
  const rules = { userClaim: 'custom:user', operatorClaim: parseOperatorClaim('roles=order-desk') };

  it.each([
    ['a user', { 'custom:user': 'alice' }, { userId: 'alice', operator: false }],
    ['an operator', { 'custom:user': 'olivia', roles: ['x', 'order-desk'] }, { userId: 'olivia', operator: true }],
    ['an operator without user id', { roles: 'order-desk x' }, { userId: undefined, operator: true }],
    ['nobody, with a number for a user id', { 'custom:user': 17 }, { userId: undefined, operator: false }],
  ])('is %s', (_, claims, identity) => {
    expect(identityOf(claims, rules)).toEqual(identity);
  });

  it('is no operator where nobody is', () => {
    expect(identityOf({ u: 'olivia', roles: 'order-desk' }, { userClaim: 'u' }).operator).toBe(false);
  });
});

it('ends the name of the operator’s claim at the first equals sign', () => {
  expect(parseOperatorClaim('https://example.com/roles=a=b')).toEqual({
    name: 'https://example.com/roles',
    value: 'a=b',
  });
});
