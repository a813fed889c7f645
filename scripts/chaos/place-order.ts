import { setTimeout as delay } from 'node:timers/promises';
import type { AcknowledgedOrder, WantedOrder } from './orders.ts';

const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const GIVE_UP_AFTER_MS = 180_000;

/** One request as the client saw it. */
export interface Attempt {
  /** `performance.now()` when it was sent. */
  readonly startedAt: number;
  readonly milliseconds: number;
  /** The answer's status; undefined when there was none. */
  readonly status: number | undefined;
}

/** The part of a 201 that is looked at. */
interface Created {
  readonly order: { readonly id: string; readonly created_at: string };
  readonly shard: string;
}

/** An answer that no retry can change: a 4xx. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}

/**
 * Places an order as a careful client does: the same request with the same key, again and again until it is acknowledged.
 *
 * @param api base URL
 * @param repeat makes the request once more after it was acknowledged
 * @param onAttempt told after each request
 * @throws RefusedError for a 4xx
 * @throws Error when there was no acknowledgement for three minutes
 */
export async function placeOrder(
  api: string,
  wanted: WantedOrder,
  repeat: boolean,
  onAttempt: (attempt: Attempt) => void,
  signal: AbortSignal,
): Promise<AcknowledgedOrder> {
  const first = await askUntilAnswered(api, wanted, onAttempt, signal);
  const again = repeat ? await askUntilAnswered(api, wanted, onAttempt, signal) : undefined;
  return {
    wanted,
    id: first.order.id,
    shard: first.shard,
    createdAt: first.order.created_at,
    ...(again && { repeatedId: again.order.id }),
  };
}

async function askUntilAnswered(
  api: string,
  wanted: WantedOrder,
  onAttempt: (attempt: Attempt) => void,
  signal: AbortSignal,
): Promise<Created> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const startedAt = performance.now();
    const { status, text } = await ask(api, wanted, signal);
    onAttempt({ startedAt, milliseconds: performance.now() - startedAt, status });
    signal.throwIfAborted();
    if (status === 201) return JSON.parse(text) as Created;
    if (status !== undefined && status >= 400 && status < 500 && status !== 429) {
      throw new RefusedError(`order ${wanted.number} was refused with ${status}: ${text}`);
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`Order ${wanted.number} is not acknowledged after three minutes; the last answer: ${text}`);
    }
    await delay(pause * (0.5 + Math.random() / 2), undefined, { signal });
  }
}

async function ask(api: string, { body, idempotencyKey }: WantedOrder, signal: AbortSignal) {
  try {
    const response = await fetch(`${api}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    // No connection, a broken one, or no answer in time: whether the order was stored is not known.
    return { status: undefined, text: String((error as Error).cause ?? error) };
  }
}
