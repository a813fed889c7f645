import { UserError } from '../../tooling/errors.ts';
import { checkAccess } from './checks/access.ts';
import { checkBadInput } from './checks/bad-input.ts';
import { checkConfirmation } from './checks/confirmation.ts';
import { checkCors } from './checks/cors.ts';
import { checkCreate } from './checks/create.ts';
import { checkDescription } from './checks/description.ts';
import { checkHealth } from './checks/health.ts';
import { checkIdempotency } from './checks/idempotency.ts';
import { checkList } from './checks/list.ts';
import { checkReceipt } from './checks/receipt.ts';
import { checkSingleOrder } from './checks/single-order.ts';
import { Client } from './client.ts';
import type { Settings } from './command.ts';
import { findUser } from './identity.ts';
import { NoAnswer } from './mismatch.ts';
import { type Result, suiteOf } from './suite.ts';

/** What a verification found, and what it leaves behind. */
export interface Verification {
  readonly user: string;
  readonly results: readonly Result[];
  /** Ids of the orders that were placed. */
  readonly created: readonly string[];
}

/** What becomes known while a verification goes on. */
export interface Listener {
  /** It begins, with orders of this user. */
  begin(user: string): void;
  result(result: Result): void;
}

/**
 * Checks a deployment against the contract.
 *
 * @throws UserError when it does not answer, is something else, or lacks a token
 */
export async function verify(settings: Settings, listener: Listener): Promise<Verification> {
  const api = new Client(settings.url, settings.token);
  await checkIsOrderFlow(settings.url);
  const user = await findUser(api, settings).catch((error: unknown) => {
    throw error instanceof NoAnswer ? new UserError(`${settings.url} stopped answering: ${error.reason}.`) : error;
  });
  listener.begin(user);

  const results: Result[] = [];
  const suite = (subject: string) =>
    suiteOf(subject, { api, settings, user }, (result) => {
      results.push(result);
      listener.result(result);
    });
  await checkHealth(suite('health'));
  await checkDescription(suite('description'));
  const placed = await checkCreate(suite('creating'));
  const [first] = placed;
  await checkList(suite('listing'), placed);
  await checkSingleOrder(suite('one order'), first);
  await checkReceipt(suite('receipt'), first);
  await checkIdempotency(suite('idempotency'));
  await checkBadInput(suite('bad input'));
  if (settings.token !== undefined) await checkAccess(suite('access'), settings.token, first);
  await checkConfirmation(suite('confirmation'), first);
  await checkCors(suite('other origins'));
  return { user, results, created: createdIds(api) };
}

/** Nobody else's server is to get orders, let alone the token. */
async function checkIsOrderFlow(url: string): Promise<void> {
  const stranger = new Client(url, undefined);
  const { status, body } = await stranger.get('/health').catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    throw new UserError(
      `${url} does not answer: ${error.reason}. Is the system up, and is this the address of its API?`,
    );
  });
  if (typeof body === 'object' && body !== null && 'status' in body) return;
  throw new UserError(`${url} is not the API of OrderFlow: GET /health answers ${status} without a "status" in JSON.`);
}

/** Whatever was answered with 201, be it meant or not. */
function createdIds(api: Client): string[] {
  const ids = api.heard
    .filter(({ status }) => status === 201)
    .map(({ body }) => (body as { order?: { id?: unknown } } | undefined)?.order?.id);
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}
