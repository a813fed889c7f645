import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, type PlacedOrder } from './api.ts';
import { OrderKey } from './order-key.ts';
import { placeSafely, UncertainOrderError } from './place-safely.ts';

const BODY = { user_id: 'alice' };
const PLACED = { shard: 'shard1' } as PlacedOrder;
const LOST = new ApiError('The API does not answer.', { status: 0 });

let storage: Map<string, string>;
let key: OrderKey;
let keys: string[];
let told: string[];
let waits: number[];

const orderKey = () =>
  new OrderKey({
    getItem: (name) => storage.get(name) ?? null,
    setItem: (name, value) => void storage.set(name, value),
    removeItem: (name) => void storage.delete(name),
  });

/** Places an order with an API that responds with these, one after the other. */
function place(...responses: (PlacedOrder | Error)[]): Promise<PlacedOrder> {
  const placeOrder = async (_: object, withKey: string) => {
    keys.push(withKey);
    const response = responses.shift() ?? LOST;
    if (response instanceof Error) throw response;
    return response;
  };
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  return placeSafely({ placeOrder }, key, BODY, (sentence) => told.push(sentence), wait);
}

beforeEach(() => {
  storage = new Map();
  [key, keys, told, waits] = [orderKey(), [], [], []];
});

describe('placing an order', () => {
  it('sends it with a key, another one for each order', async () => {
    expect(await place(PLACED)).toBe(PLACED);
    await place(PLACED);
    expect(new Set(keys).size).toBe(2);
    expect([told, key.pending]).toEqual([[], undefined]);
  });

  it.each([
    ['its response was lost', LOST],
    ['a server failed', new ApiError('A shard does not respond.', { status: 503 })],
  ])('sends it again with the same key when %s, and says so', async (_, failure) => {
    expect(await place(failure, failure, PLACED)).toBe(PLACED);
    expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
    expect(waits).toEqual([1_000, 2_000]);
    expect(told[0]).toBe(
      `${failure.message} The order may or may not have been placed. Asking again; that makes no second order.`,
    );
  });

  it('gives up when it was refused, and the next one is another order', async () => {
    const refused = new ApiError('The order is invalid.', { status: 400 });
    await expect(place(refused)).rejects.toBe(refused);
    expect(key.pending).toBeUndefined();
  });

  it('says in the end that nobody knows, and keeps the key for the same order, also over a reload', async () => {
    await expect(place()).rejects.toThrow(UncertainOrderError);
    expect(keys).toHaveLength(6);
    key = orderKey();
    expect(JSON.parse(key.pending ?? '')).toEqual(BODY);
    await place(PLACED);
    expect(new Set(keys).size).toBe(1);
    expect(key.keyFor('other fields')).not.toBe(keys[0]);
  });
});
