import { beforeEach, describe, expect, it } from 'vitest';
import { createSession, type Session, TokenError, tokenInFragment } from './session.ts';

let kept: Map<string, string>;
let changes: (string | undefined)[];
let session: Session;

function newSession(): Session {
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return createSession(storage, (reason) => changes.push(reason));
}

beforeEach(() => {
  [kept, changes] = [new Map(), []];
  session = newSession();
});

describe('a session', () => {
  it('begins without a token and outlives a reload with one', () => {
    expect(session.token()).toBeUndefined();
    session.signIn('a.b.c');
    expect(newSession().token()).toBe('a.b.c');
    expect(changes).toEqual([undefined]);
  });

  it('takes a token with what is often copied along', () => {
    session.signIn('  Bearer a.b-_c.d~+/==\n');
    expect(session.token()).toBe('a.b-_c.d~+/==');
  });

  it.each(['', '  ', 'Bearer ', 'two words', 'a.b.c\nX-Evil: 1', '„token“'])(
    'refuses %j and keeps what it had',
    (text) => {
      session.signIn('a.b.c');
      expect(() => session.signIn(text)).toThrow(TokenError);
      expect(session.token()).toBe('a.b.c');
    },
  );

  it('forgets its token at the end', () => {
    session.signIn('a.b.c');
    session.signOut();
    expect(session.token()).toBeUndefined();
    expect(kept.size).toBe(0);
  });

  it('ends with the reason when the API refuses its token', () => {
    session.signIn('a.b.c');
    session.refuse('a.b.c', 'The token has expired.');
    expect(session.token()).toBeUndefined();
    expect(changes).toEqual([undefined, 'The token has expired.']);
  });

  it('is not ended by the late refusal of an earlier token', () => {
    session.signIn('new');
    session.refuse('old', 'The token has expired.');
    expect(session.token()).toBe('new');
    expect(changes).toEqual([undefined]);
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
