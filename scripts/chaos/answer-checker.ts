import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type AcknowledgedOrder, answerOf, type Load, requestFor } from './load.ts';
import { isOnTheMove } from './next-map.ts';
import type { Random } from './random.ts';
import { request } from './request.ts';

const PAUSE_MS = 50;

export interface CheckedAnswers {
  /** Requests that were answered once more, with their first answer. */
  repeated: number;
  /** Receipts that were found. */
  receipts: number;
  /** Orders of users who move that a former release did not find for a receipt: it knows the former shard alone. */
  unknown: number;
  /** In sentences: another answer than the first, or a receipt that was not found. */
  readonly problems: string[];
}

/**
 * Repeats requests of any time before with their keys, as a client does that has lost the response, and asks for the receipts of these orders. What
 * fails with a 5xx, or gets no response, is passed over: the clients that place orders count that.
 */
export async function checkAnswers(options: {
  api: string;
  load: Load;
  random: Random;
  isEnough: () => boolean;
  signal: AbortSignal;
}): Promise<CheckedAnswers> {
  const { api, load, random, isEnough, signal } = options;
  const checked: CheckedAnswers = { repeated: 0, receipts: 0, unknown: 0, problems: [] };
  while (!isEnough()) {
    await delay(PAUSE_MS, undefined, { signal });
    if (load.acknowledged.length === 0) continue;
    const order = random.pick(load.acknowledged);
    for (const check of [checkRepeated, checkReceipt]) await check(api, order, checked, signal);
  }
  return checked;
}

async function checkRepeated(
  api: string,
  order: AcknowledgedOrder,
  checked: CheckedAnswers,
  signal: AbortSignal,
): Promise<void> {
  const { attempt, text } = await request(`${api}/api/orders`, signal, requestFor(order.wanted));
  const { status, release } = attempt;
  if (status === undefined || status >= 500) return;
  if (status === 201 && isDeepStrictEqual(answerOf(text), order.answer)) checked.repeated += 1;
  else
    checked.problems.push(
      `order ${order.wanted.number} was answered as ${JSON.stringify(order.answer)}, and repeated by ${release} with ${status}: ${text}`,
    );
}

async function checkReceipt(
  api: string,
  { id, wanted, receiptStored }: AcknowledgedOrder,
  checked: CheckedAnswers,
  signal: AbortSignal,
): Promise<void> {
  const { attempt, headers } = await request(`${api}/api/orders/${id}/receipt`, signal, { redirect: 'manual' });
  const { status, release } = attempt;
  if (status === undefined || status >= 500) return;
  if (status === 302) checked.receipts += 1;
  else if (release === 'former' && isOnTheMove(wanted.body.user_id)) checked.unknown += 1;
  else if (receiptStored || !headers.has('retry-after'))
    checked.problems.push(`the receipt of order ${wanted.number} (${id}) was not found: ${status}`);
}
