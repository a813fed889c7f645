import { describe, expect, it } from 'vitest';
import { type Caller, mayCreateFor, mayRead, readsOnly, whoseOrders } from './caller.ts';
import { AccessDeniedError } from './errors.ts';

const anyone: Caller = { kind: 'anyone' };
const alice: Caller = { kind: 'user', userId: 'alice', operator: false };
const operator: Caller = { kind: 'user', userId: 'oscar', operator: true };

describe('a caller', () => {
  it.each<[string, Caller, string[]]>([
    ['anyone, for everybody', anyone, ['alice', 'oscar', 'bob', 'Alice', 'alice2']],
    ['a user, for oneself', alice, ['alice']],
    ['an operator, for oneself', operator, ['oscar']],
  ])('may place orders as %s', (_, caller, users) => {
    expect(['alice', 'oscar', 'bob', 'Alice', 'alice2'].filter((user) => mayCreateFor(caller, user))).toEqual(users);
  });

  it.each<[string, Caller, string[]]>([
    ['anyone, of everybody', anyone, ['alice', 'Alice', 'bob']],
    ['a user, of oneself, to the letter', alice, ['alice']],
    ['an operator, of everybody', operator, ['alice', 'Alice', 'bob']],
  ])('may see orders as %s', (_, caller, users) => {
    expect(['alice', 'Alice', 'bob'].filter((user) => mayRead(caller, user))).toEqual(users);
  });

  it('is refused the orders of another user', () => {
    expect(() => whoseOrders(alice, 'bob')).toThrow(AccessDeniedError);
    expect([operator, anyone].map((caller) => whoseOrders(caller, 'bob'))).toEqual(['bob', 'bob']);
    expect([alice, operator, anyone].map((caller) => whoseOrders(caller, undefined))).toEqual([
      'alice',
      undefined,
      undefined,
    ]);
  });

  it('is confined to one user, or not', () => {
    expect([anyone, alice, operator].map(readsOnly)).toEqual([undefined, 'alice', undefined]);
  });
});
