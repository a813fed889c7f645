import { describe, expect, it } from 'vitest';
import { anOrder } from '../testing/orders.ts';
import { InvalidInputError } from './errors.ts';
import { decodeCursor, encodeCursor, mergePages } from './order-page.ts';

const at = (seconds: number, id: string) => anOrder({ id, createdAt: new Date(seconds * 1000) });
const base64url = (text: string) => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it('comes back as the position it was made from', () => {
    const { createdAt, id } = anOrder();
    expect(decodeCursor(encodeCursor({ createdAt, id }))).toEqual({ createdAt, id });
  });

  const valid = encodeCursor(anOrder());
  it.each([
    ['empty', ''],
    ['not base64', '%%%'],
    ['base64 with something added', `${valid}!`],
    ['padded', `${valid}=`],
    ['cut off', valid.slice(0, -3)],
    ['without an id', base64url('1763800000000')],
    ['with a date beyond all dates', base64url(`999999999999999.${anOrder().id}`)],
    ['with SQL in it', base64url(`1763800000000.'; DROP TABLE orders; --`)],
  ])('is refused when it is %s', (_, cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(InvalidInputError);
  });
});

describe('merging the pages of the shards', () => {
  it('sorts by time across shards, newest first', () => {
    const { orders } = mergePages(
      [
        [at(5, 'e'), at(1, 'a')],
        [at(4, 'd'), at(2, 'b')],
      ],
      10,
    );
    expect(orders.map(({ id }) => id)).toEqual(['e', 'd', 'b', 'a']);
  });

  it('sorts orders of the same moment by id', () => {
    const { orders } = mergePages([[at(1, 'a')], [at(1, 'c')], [at(1, 'b')]], 10);
    expect(orders.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('cuts at the limit and says that there is more', () => {
    const page = mergePages([[at(3, 'c'), at(2, 'b')], [at(1, 'a')]], 2);
    expect([page.orders.length, page.more]).toEqual([2, true]);
  });

  it('knows the last page', () => {
    expect(mergePages([[at(3, 'c')], [at(1, 'a')]], 2).more).toBe(false);
  });
});
