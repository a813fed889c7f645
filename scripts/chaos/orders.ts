import type { Random } from './random.ts';

/** An order that a client wants to place once, however often it has to ask. */
export interface WantedOrder {
  /** Unique in a run; part of the product's name, so that the order can be told wherever it turns up. */
  readonly number: number;
  readonly idempotencyKey: string;
  /** The body of the request. */
  readonly body: {
    readonly user_id: string;
    readonly product_name: string;
    readonly quantity: number;
    readonly price: number;
  };
}

/** An order that was answered with 201. */
export interface AcknowledgedOrder {
  readonly wanted: WantedOrder;
  /** What the answer says of it. */
  readonly id: string;
  readonly shard: string;
  readonly createdAt: string;
  /** The id in the answer to the same request made again, where it was made. */
  readonly repeatedId?: string;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PRODUCT = /^Chaos order (\d+)$/;

/** Users of all shards. */
export function makeUsers(count: number, random: Random): string[] {
  return Array.from({ length: count }, (_, index) => `${random.pick([...LETTERS])}user${index}`);
}

/** The order with this number. */
export function wantOrder(number: number, userId: string, seed: number, random: Random): WantedOrder {
  return {
    number,
    idempotencyKey: `chaos-${seed}-${number}`,
    body: {
      user_id: userId,
      product_name: `Chaos order ${number}`,
      quantity: 1 + random.below(20),
      price: (1 + random.below(100_000)) / 100,
    },
  };
}

/** The number of the order that has this product; undefined for an order of somebody else. */
export function orderNumber(productName: string): number | undefined {
  const [, number] = PRODUCT.exec(productName) ?? [];
  return number === undefined ? undefined : Number(number);
}
