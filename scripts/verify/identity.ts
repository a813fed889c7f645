import { randomBytes } from 'node:crypto';
import { UsageError } from '../../tooling/errors.ts';
import type { Client } from './client.ts';
import type { Settings } from './command.ts';
import { newOrder } from './contract.ts';

const USER_ID = /^[A-Za-z][A-Za-z0-9._-]{0,99}$/;
const MOST_CANDIDATES = 30;

/**
 * Finds out whose orders can be placed: anybody's where nobody has to sign in, otherwise those of the token's bearer. The
 * deployment alone knows which claim of the token it takes for the user id, so each that could be one is tried with an order:
 * all others are refused.
 *
 * @throws UsageError when the deployment asks for a token that was not given, or the user id cannot be found out
 */
export async function findUser(api: Client, { token, user }: Settings): Promise<string> {
  const { status, body } = await api.get('/api/orders?limit=1');
  if (token === undefined) {
    if (status === 401 || status === 403)
      throw new UsageError('This deployment asks for a token: give one with --token.');
    return `verify-${randomBytes(6).toString('hex')}`;
  }
  if (status === 401)
    throw new UsageError(
      'The deployment refuses the token: is it of its issuer, and still valid? Leave out the word Bearer.',
    );
  if (status === 403) throw new UsageError(`The deployment lets this token do nothing: ${JSON.stringify(body)}`);
  if (user !== undefined) return user;
  for (const candidate of candidatesIn(token)) {
    const { status } = await api.post('/api/orders', newOrder(candidate, 'Who am I'));
    if (status === 201) return candidate;
  }
  throw new UsageError('Which user id the token stands for cannot be found out: give it with --user.');
}

/** The values of a JWT's claims that have the form of a user id. */
function candidatesIn(token: string): string[] {
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    // A token that hides its claims is a token all the same.
    return [];
  }
  const values = Object.values(claims ?? {}).filter((value) => typeof value === 'string' && USER_ID.test(value));
  return [...new Set<string>(values)].slice(0, MOST_CANDIDATES);
}
