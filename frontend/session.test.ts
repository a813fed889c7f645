import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Grant, SignInError } from './oidc-client.ts';
import { createSession, type Session, SIGNED_OUT } from './session.ts';

const RULES = { userClaim: 'user', operatorClaim: { name: 'roles', value: 'order-desk' } };
const HOUR_MS = 3_600_000;

const tokenOf = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
const ALICE = tokenOf({ user: 'alice' });
const ALICE_AGAIN = tokenOf({ user: 'alice', again: true });
const REFUSAL = new SignInError('The identity provider refused.', { isRefusal: true });
const SILENCE = new SignInError('The identity provider does not respond.', { isRefusal: false });

let kept: Map<string, string>;
let changes: (string | undefined)[];
let session: Session;
const renew = vi.fn<(grant: Grant) => Promise<Grant>>();

function newSession(issuer: { renew: typeof renew } | undefined = { renew }): Session {
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
  };
  return createSession(storage, RULES, issuer, (reason) => changes.push(reason));
}

beforeEach(() => {
  [kept, changes] = [new Map(), []];
  renew.mockReset();
  session = newSession();
});

const renewable = (inMs: number): Grant => ({
  token: ALICE,
  refreshToken: 'r1',
  idToken: 'id',
  renewAt: Date.now() + inMs,
});

describe('a session', () => {
  it('begins without a token and outlives a reload with one', async () => {
    expect(await session.token()).toBeUndefined();
    expect(session.reader()).toBeUndefined();
    session.signIn({ token: ALICE });
    expect(await newSession().token()).toBe(ALICE);
    expect(changes).toEqual([undefined]);
  });

  it('knows who is signed in as the API does', () => {
    session.signIn({ token: ALICE });
    expect(session.reader()).toEqual({ userId: 'alice', operator: false });
    session.signIn({ token: tokenOf({ user: 'olivia', roles: ['order-desk'] }) });
    expect(session.reader()).toEqual({ userId: 'olivia', operator: true });
    session.signIn({ token: 'opaque' });
    expect(session.reader()).toEqual({ userId: undefined, operator: false });
  });

  it('leaves nothing in the tab at its end, and hands over what ends it at the issuer', async () => {
    session.signIn(renewable(HOUR_MS));
    kept.set('orderflow.draft', '{}');
    expect(session.signOut()).toBe('id');
    expect(await session.token()).toBeUndefined();
    expect(kept.size).toBe(0);
  });

  it('ends with a sentence when the API refuses a token that cannot be renewed', async () => {
    for (const each of [session, newSession(undefined)]) {
      each.signIn({ token: ALICE });
      changes = [];
      expect(await each.replace(ALICE)).toBeUndefined();
      expect(each.reader()).toBeUndefined();
      expect(changes).toEqual([SIGNED_OUT]);
    }
    expect(renew).not.toHaveBeenCalled();
  });

  it('keeps what is typed when it ends by itself', async () => {
    session.signIn({ token: ALICE });
    kept.set('orderflow.draft', '{"product_name":"Desk"}');
    await session.replace(ALICE);
    expect([...kept.keys()]).toEqual(['orderflow.draft']);
  });

  it('is not ended by the late refusal of an earlier token', async () => {
    session.signIn({ token: ALICE_AGAIN });
    expect(await session.replace(ALICE)).toBe(ALICE_AGAIN);
    session.refuse(ALICE);
    expect(await session.token()).toBe(ALICE_AGAIN);
    expect(changes).toEqual([undefined]);
  });
});

describe('a token', () => {
  it('is sent as it is while it is good', async () => {
    session.signIn(renewable(HOUR_MS));
    expect(await session.token()).toBe(ALICE);
    expect(renew).not.toHaveBeenCalled();
  });

  it('is renewed when it is time, once for all requests that wait for it', async () => {
    const renewed = { ...renewable(HOUR_MS), token: ALICE_AGAIN, refreshToken: 'r2' };
    renew.mockResolvedValue(renewed);
    session.signIn(renewable(-1_000));
    changes = [];
    expect(await Promise.all([session.token(), session.token(), session.replace(ALICE)])).toEqual(
      Array(3).fill(ALICE_AGAIN),
    );
    expect(renew).toHaveBeenCalledOnce();
    expect(renew.mock.calls[0]?.[0]).toMatchObject({ token: ALICE, refreshToken: 'r1' });
    // The reader is the same.
    expect(changes).toEqual([]);

    await session.replace(ALICE_AGAIN);
    expect(renew.mock.calls[1]?.[0]).toMatchObject({ refreshToken: 'r2' });
  });

  it('is renewed when the API refuses it before its time', async () => {
    renew.mockResolvedValue({ ...renewable(HOUR_MS), token: ALICE_AGAIN });
    session.signIn(renewable(HOUR_MS));
    expect(await session.replace(ALICE)).toBe(ALICE_AGAIN);
    expect(await session.token()).toBe(ALICE_AGAIN);
  });

  it('is sent all the same while the issuer does not respond: the API decides', async () => {
    renew.mockRejectedValue(SILENCE);
    session.signIn(renewable(-1_000));
    expect(await session.token()).toBe(ALICE);
    await expect(session.replace(ALICE)).rejects.toBe(SILENCE);
    expect(session.reader()).toBeDefined();
  });

  it('is the last one when the issuer refuses to renew it', async () => {
    renew.mockRejectedValue(REFUSAL);
    session.signIn(renewable(-1_000));
    changes = [];
    expect(await Promise.all([session.token(), session.token()])).toEqual([undefined, undefined]);
    expect(changes).toEqual([SIGNED_OUT]);
    expect(kept.size).toBe(0);
  });

  it.each([
    ['is renewed', () => Promise.resolve({ token: ALICE_AGAIN })],
    ['is refused', () => Promise.reject(REFUSAL)],
  ])('that %s after its reader has signed out changes nothing', async (_, outcome) => {
    const waiting = Promise.withResolvers<void>();
    renew.mockImplementation(() => waiting.promise.then(outcome));
    session.signIn(renewable(-1_000));
    const asked = session.token();
    session.signOut();
    changes = [];
    waiting.resolve();
    expect(await asked).toBeUndefined();
    expect([kept.size, changes]).toEqual([0, []]);
  });
});
