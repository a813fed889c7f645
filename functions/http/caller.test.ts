import { describe, expect, it } from 'vitest';
import { apiEvent, signedIn } from '../testing/api-request.ts';
import { authMode, readCaller } from './caller.ts';

const NOW = new Date(1_800_000_000_500);
const context = (fields: Record<string, string> = {}) => signedIn({ exp: '1800000060', ...fields });
const callerOf = (parts: Parameters<typeof apiEvent>[0]) => readCaller(apiEvent(parts), 'jwt', NOW);

describe('the caller', () => {
  it('is anyone in a stage without sign-in, whatever comes along', () => {
    expect(readCaller(apiEvent({}), 'none')).toEqual({ kind: 'anyone' });
    expect(readCaller(apiEvent(context()), 'none')).toEqual({ kind: 'anyone' });
  });

  it('is whom the authorizer named', () => {
    expect(callerOf(context())).toEqual({ kind: 'user', userId: 'alice', operator: false });
    expect(callerOf(context({ userId: 'Zoe.1', operator: 'true' }))).toEqual({
      kind: 'user',
      userId: 'Zoe.1',
      operator: true,
    });
  });

  it.each(['1800000000', '1799999996'])('may still use a token that expires at %s, by another clock', (exp) => {
    expect(callerOf(context({ exp }))).toMatchObject({ userId: 'alice' });
  });

  it.each(['1799999995', '0'])('has to sign in again when the token expired at %s', (exp) => {
    expect(() => callerOf(context({ exp }))).toThrow(expect.objectContaining({ code: 'token_expired' }));
  });

  it.each(['false', 'true'])('is told which claim should have been a user id, as an operator: %s', (operator) => {
    const { authorizer } = context({ userClaim: 'custom:user_id', operator });
    const { userId, ...rest } = authorizer ?? {};
    expect(() => callerOf({ authorizer: rest })).toThrow(
      expect.objectContaining({
        code: 'access_denied',
        message: expect.stringMatching(/^The claim "custom:user_id" .* must start with a letter \(A-Z or a-z\)/),
      }),
    );
  });

  it.each<[string, Record<string, string> | undefined]>([
    ['nothing', undefined],
    ['nothing but a principal', { principalId: 'x' }],
    ['no expiry', { ...context().authorizer, exp: '' }],
    ['an expiry that is no number', { ...context().authorizer, exp: 'NaN' }],
    ['an expiry beyond measure', { ...context().authorizer, exp: '1e300' }],
    ['an unclear role', { ...context().authorizer, operator: 'TRUE' }],
    ['an impossible user id', { ...context().authorizer, userId: "a' OR 1=1" }],
  ])('is nobody when the authorizer said %s', (_, authorizer) => {
    expect(() => callerOf(authorizer === undefined ? {} : { authorizer })).toThrow('no valid authorizer context');
  });
});

it.each(['', 'JWT', 'off', undefined])('refuses the mode "%s"', (mode) => {
  expect(authMode.safeParse(mode).success).toBe(false);
});
