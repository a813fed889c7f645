import { setTimeout as delay } from 'node:timers/promises';
import { type AcknowledgedOrder, makeUsers, wantOrder } from './orders.ts';
import { type Attempt, placeOrder, RefusedError } from './place-order.ts';
import type { Random } from './random.ts';

const ORDERS_PER_USER = 5;
/** Each so many-th order is placed once more after its acknowledgement. */
const REPEAT_EVERY = 20;

/** What the clients have seen. */
export class Load {
  readonly acknowledged: AcknowledgedOrder[] = [];
  readonly attempts: Attempt[] = [];
  /** Orders that were refused with a 4xx, in sentences. */
  readonly refused: string[] = [];
}

/**
 * Lets clients place orders side by side, each one after the other.
 *
 * @param options.load takes note of what happens
 * @param options.orders how many orders to expect; it decides how many users there are
 * @param options.pauseMs how long a client waits between two orders
 * @param options.isEnough asked before each order
 */
export async function placeOrders(options: {
  api: string;
  load: Load;
  clients: number;
  orders: number;
  pauseMs: number;
  seed: number;
  random: Random;
  isEnough: () => boolean;
  signal: AbortSignal;
}): Promise<void> {
  const { api, load, clients, orders, pauseMs, seed, random, isEnough, signal } = options;
  const users = makeUsers(Math.max(clients, Math.ceil(orders / ORDERS_PER_USER)), random);
  let number = 0;
  const client = async () => {
    while (!isEnough()) {
      number += 1;
      const wanted = wantOrder(number, random.pick(users), seed, random);
      const repeat = number % REPEAT_EVERY === 0;
      try {
        load.acknowledged.push(await placeOrder(api, wanted, repeat, (made) => load.attempts.push(made), signal));
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        load.refused.push(error.message);
      }
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}
