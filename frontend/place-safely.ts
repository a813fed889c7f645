import { type Api, ApiError, type PlacedOrder } from './api.ts';
import type { OrderKey } from './order-key.ts';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 8_000;

/** An order of which nobody knows whether it was placed; the message is a sentence for the reader. */
export class UncertainOrderError extends Error {
  override name = 'UncertainOrderError';
}

/**
 * Places an order once. While it is not known whether it was placed, because a response was lost or a server failed half-way, it is sent again with
 * the same key.
 *
 * @param tell called with a sentence while it is not known
 * @param wait resolves after some milliseconds
 * @throws ApiError when it was refused; UncertainOrderError when it is still not known after six attempts
 */
export async function placeSafely(
  api: Pick<Api, 'placeOrder'>,
  key: OrderKey,
  body: Record<string, unknown>,
  tell: (sentence: string) => void,
  wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
): Promise<PlacedOrder> {
  const fields = JSON.stringify(body);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const placed = await api.placeOrder(body, key.keyFor(fields));
      key.settle();
      return placed;
    } catch (error) {
      const isKnown = error instanceof ApiError && !error.isUncertain;
      if (isKnown) key.settle();
      if (isKnown || !(error instanceof ApiError)) throw error;
      const doubt = `${error.message} The order may or may not have been placed.`;
      if (attempt === ATTEMPTS) {
        throw new UncertainOrderError(`${doubt} Place it again as it is: that makes no second order.`, {
          cause: error,
        });
      }
      tell(`${doubt} Asking again; that makes no second order.`);
      await wait(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS));
    }
  }
}
