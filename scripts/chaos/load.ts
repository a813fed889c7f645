import { setTimeout as delay } from 'node:timers/promises';
import { isOnTheMove } from './next-map.ts';
import type { Random } from './random.ts';
import { type Attempt, request } from './request.ts';

const ORDERS_PER_USER = 5;
/** One order in so many is placed once more after its acknowledgement. */
const REPEAT_EVERY = 20;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** What products are called that clients order, before the number of the order. */
export const PRODUCT_NAME = 'Chaos order';
const PRODUCT = new RegExp(`^${PRODUCT_NAME} (\\d+)$`);
const RETRY = { firstPauseMs: 100, longestPauseMs: 2_000, giveUpAfterMs: 180_000 };

/** An order that a client wants to place once, however often it has to ask. */
export interface WantedOrder {
  /** Unique in a run, and part of the product's name, which tells the order wherever it turns up. */
  readonly number: number;
  readonly idempotencyKey: string;
  readonly body: {
    readonly user_id: string;
    readonly product_name: string;
    readonly quantity: number;
    readonly price: number;
  };
}

export interface AcknowledgedOrder {
  readonly wanted: WantedOrder;
  readonly id: string;
  readonly shard: string;
  readonly createdAt: string;
  /** How often it was sent before it was acknowledged, without what a former release refused by design. */
  readonly tries: number;
  /** The response but for `delivery`, which says how far it is: that of each further request with the key. */
  readonly answer: object;
  /** Whether the response said so. */
  readonly receiptStored: boolean;
  /** The id in the response to the same request made again, where it was made. */
  readonly repeatedId?: string;
}

export interface OrderAttempt extends Attempt {
  readonly userId: string;
}

/** A former release does not know where a user is who moves: it says that the shard is unavailable. */
export function isRefusedByDesign({ status, release, userId }: OrderAttempt): boolean {
  return status === 503 && release === 'former' && isOnTheMove(userId);
}

export interface Load {
  readonly acknowledged: AcknowledgedOrder[];
  readonly attempts: OrderAttempt[];
  /** Orders that were refused with a 4xx, in sentences. */
  readonly refused: string[];
}

/** A load that has not begun: nothing acknowledged, nothing failed. */
export function newLoad(): Load {
  return { acknowledged: [], attempts: [], refused: [] };
}

interface Created {
  readonly order: { readonly id: string; readonly created_at: string };
  readonly shard: string;
  readonly delivery: { readonly receipt: 'stored' | 'pending' };
}

class RefusedError extends Error {
  override name = 'RefusedError';
}

/**
 * Lets clients place orders side by side, each one after the other.
 *
 * @param options.load takes note of what happens
 * @param options.users for whom
 * @param options.pauseMs how long a client waits between two orders
 * @param options.isEnough asked before each order
 * @throws Error when an order is not acknowledged within three minutes
 */
export async function placeOrders(options: {
  api: string;
  load: Load;
  clients: number;
  users: readonly string[];
  pauseMs: number;
  seed: number;
  random: Random;
  isEnough: () => boolean;
  signal: AbortSignal;
}): Promise<void> {
  const { api, load, clients, users, pauseMs, seed, random, isEnough, signal } = options;
  let number = 0;
  const client = async () => {
    while (!isEnough()) {
      number += 1;
      const wanted = wantOrder(number, random.pick(users), seed, random);
      const place = () => placeOrder(api, wanted, load.attempts, signal);
      try {
        const { order, shard, delivery, answer, tries } = await place();
        const repeated = number % REPEAT_EVERY === 0 ? await place() : undefined;
        load.acknowledged.push({
          wanted,
          id: order.id,
          shard,
          createdAt: order.created_at,
          tries,
          answer,
          receiptStored: delivery.receipt === 'stored',
          ...(repeated && { repeatedId: repeated.order.id }),
        });
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        load.refused.push(error.message);
      }
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** Users to place so many orders for, some for each: at least one for each client. */
export function usersFor(orders: number, clients: number, random: Random): string[] {
  const count = Math.max(clients, Math.ceil(orders / ORDERS_PER_USER));
  return Array.from({ length: count }, (_, index) => `${random.pick([...LETTERS])}user${index}`);
}

/** The number of the order that has this product; undefined for an order of somebody else. */
export function orderNumber(productName: string): number | undefined {
  const [, number] = PRODUCT.exec(productName) ?? [];
  return number === undefined ? undefined : Number(number);
}

function wantOrder(number: number, userId: string, seed: number, random: Random): WantedOrder {
  return {
    number,
    idempotencyKey: `chaos-${seed}-${number}`,
    body: {
      user_id: userId,
      product_name: `${PRODUCT_NAME} ${number}`,
      quantity: 1 + random.below(20),
      price: (1 + random.below(100_000)) / 100,
    },
  };
}

/** Sends the same request with the same key until it is acknowledged, as a careful client does. */
async function placeOrder(
  api: string,
  wanted: WantedOrder,
  attempts: OrderAttempt[],
  signal: AbortSignal,
): Promise<Created & { readonly answer: object; readonly tries: number }> {
  const giveUpAt = performance.now() + RETRY.giveUpAfterMs;
  for (let [pause, tries] = [RETRY.firstPauseMs, 1]; ; pause = Math.min(2 * pause, RETRY.longestPauseMs), tries++) {
    const { text, ...sent } = await request(`${api}/api/orders`, signal, requestFor(wanted));
    signal.throwIfAborted();
    const attempt = { ...sent.attempt, userId: wanted.body.user_id };
    const { status } = attempt;
    attempts.push(attempt);
    if (isRefusedByDesign(attempt)) tries -= 1;
    if (status === 201) return { ...(JSON.parse(text) as Created), answer: answerOf(text), tries };
    if (status !== undefined && status >= 400 && status < 500 && status !== 429) {
      throw new RefusedError(`order ${wanted.number} was refused with ${status}: ${text}`);
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`Order ${wanted.number} is not acknowledged after three minutes. The last response: ${text}`);
    }
    await delay(pause * (0.5 + Math.random() / 2), undefined, { signal });
  }
}

/** What stays the same in all responses to a request. */
export function answerOf(text: string): object {
  const { delivery, ...answer } = JSON.parse(text);
  return answer;
}

/** The request that places an order, the first time and each further time. */
export function requestFor({ body, idempotencyKey }: WantedOrder): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    body: JSON.stringify(body),
  };
}
