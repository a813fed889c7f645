import { randomBytes } from 'node:crypto';
import { ApiClient } from '../../tests/contract/api-client.ts';
import type { Deployment } from '../../tests/contract/deployment.ts';
import { type ApiResponse, NoResponseError } from '../../tests/support/api.ts';
import { UsageError, UserError } from '../../tooling/errors.ts';
import type { Settings } from './command.ts';

const USER_ID = /^[A-Za-z][A-Za-z0-9._-]{0,99}$/;
const MOST_CANDIDATES = 30;

/**
 * Checks that the settings fit the deployment, and finds out whose orders can be placed there.
 *
 * @returns the deployment, and the ids of the orders that were placed to find out
 * @throws UserError when it does not respond or is something else
 * @throws UsageError when it asks for a token that is missing, or the settings do not fit the token
 */
export async function findDeployment(settings: Settings): Promise<{ deployment: Deployment; placed: Set<string> }> {
  const { url, token, operator, patienceSeconds } = settings;
  await checkIsOrderFlow(url);
  const api = new ApiClient(url, token);
  try {
    const user = token === undefined ? await anyUser(api) : await userOf(token, settings.user, api);
    if (token !== undefined) await checkOperator(api, user, operator);
    return { deployment: { url, token, user, operator, patienceSeconds }, placed: api.placed };
  } catch (error) {
    if (!(error instanceof NoResponseError)) throw error;
    throw new UserError(`${url} stopped responding: ${error.reason}.`, { cause: error });
  }
}

/** Nobody else's server is to get orders, let alone the token. */
async function checkIsOrderFlow(url: string): Promise<void> {
  let health: ApiResponse;
  try {
    health = await new ApiClient(url).get('/health');
  } catch (error) {
    if (!(error instanceof NoResponseError)) throw error;
    const advice = 'Is the system up, and is this the address of its API?';
    throw new UserError(`${url} does not respond: ${error.reason}. ${advice}`, { cause: error });
  }
  if (typeof health.body === 'object' && health.body !== null && 'status' in health.body) return;
  throw new UserError(
    `${url} is not the API of OrderFlow: GET /health responds with ${health.status} and no "status" in JSON.`,
  );
}

async function anyUser(api: ApiClient): Promise<string> {
  const { status } = await api.get('/api/orders?limit=1');
  if (status === 401 || status === 403) {
    throw new UsageError('This deployment requires a token. Pass one with --token, or in ORDERFLOW_TOKEN.');
  }
  return `verify-${randomBytes(6).toString('hex')}`;
}

/**
 * Only the deployment knows which claim it takes for the user id. So each claim that could be one is tried with an order: it
 * refuses all but the right one.
 */
async function userOf(token: string, user: string | undefined, api: ApiClient): Promise<string> {
  const { status, body } = await api.get('/api/orders?limit=1');
  if (status === 401) {
    throw new UsageError(
      'The deployment rejects the token. Does it come from its issuer, and is it still valid? Leave out the word Bearer.',
    );
  }
  if (status === 403) throw new UsageError(`The token has no access to orders: ${JSON.stringify(body)}`);
  if (user !== undefined) return user;
  for (const candidate of candidatesIn(token)) {
    const order = { user_id: candidate, product_name: 'Verify whose token this is', quantity: 1, price: 0.01 };
    const { status } = await api.post('/api/orders', order);
    if (status === 201) return candidate;
  }
  throw new UsageError('Cannot find out which user id the token stands for. Pass it with --user.');
}

/** An operator's token changes what the contract promises to its bearer, so it has to be announced. */
async function checkOperator(api: ApiClient, user: string, operator: boolean): Promise<void> {
  const { status } = await api.get(`/api/orders?user_id=${user.slice(0, 80)}-somebody-else`);
  if (status === 200 && !operator) {
    throw new UsageError(
      'This token may read the orders of other users. If its bearer is an operator, add --operator. If not, the deployment does not keep users apart.',
    );
  }
  if (status === 403 && operator) {
    throw new UsageError(
      'This token may read its own orders only, so its bearer is not an operator. Leave out --operator.',
    );
  }
}

/** The values of a JWT's claims that have the form of a user id. */
function candidatesIn(token: string): string[] {
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return []; // an opaque token
  }
  const values = Object.values(claims ?? {}).filter((value) => typeof value === 'string' && USER_ID.test(value));
  return [...new Set<string>(values)].slice(0, MOST_CANDIDATES);
}
