import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ShardUnavailableError } from '../domain/errors.ts';
import type { MoveAttempt } from '../domain/ports.ts';
import { abortMove, startMove } from '../move-users/begin-move.ts';
import { checkOwners } from '../move-users/check-owners.ts';
import { finishMove } from '../move-users/end-move.ts';
import { MAP, SOURCE, TARGET } from '../move-users/mover-fixture.ts';
import { runMover } from '../move-users/run-mover.ts';
import { eraseOrders } from './erase-orders.ts';
import { StoredUsers } from './user-data-fixture.ts';

let users: StoredUsers;

beforeAll(async () => {
  users = await StoredUsers.create();
  return () => users.close();
});
beforeEach(() => users.empty());

const DONE = { done: true, placedIn: [] };

describe('a user who does not move', () => {
  it('leaves no row in any table of any shard, and others keep theirs', async () => {
    await users.order('gina', {}, 'key-1');
    await users.order('gina');
    await users.order('Gina', {}, 'key-1');
    await users.order('gina2');
    expect(await users.erase('gina')).toMatchObject({ ...DONE, orders: 2, copies: 0 });
    expect(await users.traces('gina')).toEqual({});
    expect(await users.three.orders(1)).toEqual({ Gina: 1, gina2: 1 });
  });

  it.each([false, true])('is taken out of what is counted, of all users too; folded before: %s', async (folded) => {
    const [first] = [await users.order('gina'), await users.order('gina'), await users.order('greta', { price: 1n })];
    await users.store.markConfirmed(SOURCE, [first.id]);
    if (folded) await users.fold();
    expect(await users.placed()).toEqual({ orders: 3, revenue: 59_998n });
    await users.erase('gina');
    for (const _ of ['before and after it is folded', 'again']) {
      expect([await users.placed('gina'), await users.placed()]).toEqual([
        { orders: 0, revenue: 0n },
        { orders: 1, revenue: 2n },
      ]);
      expect(await users.confirmed()).toEqual({ orders: 0, revenue: 0n });
      await users.fold();
    }
  });

  it('is erased page by page, and a second time there is nothing to do', async () => {
    await users.three.place(1, 'gina', 2_500);
    expect(await users.erase('gina')).toMatchObject({ ...DONE, orders: 2_500 });
    expect(await users.erase('gina')).toMatchObject({ ...DONE, orders: 0, copies: 0 });
  });

  it('keeps orders placed since the erasure began, with what is outstanding and counted of them', async () => {
    await users.order('gina', {}, 'key-1');
    const begun = new Date();
    const later = await users.order('gina', { createdAt: new Date(begun.getTime() + 1) }, 'key-2');
    await users.fold();
    expect(await users.erase('gina', begun)).toMatchObject({ ...DONE, orders: 1 });
    expect(await users.traces('gina')).toMatchObject({ 'shard1.orders': 1, 'shard1.outbox': 1 });
    expect(await users.placed('gina')).toEqual({ orders: 1, revenue: 29_998n });
    expect(await users.lists.list(SOURCE, { userId: 'gina', limit: 9 })).toMatchObject([{ id: later.id }]);
  });

  it('has a new order under an Idempotency-Key of one that was erased', async () => {
    const first = await users.order('gina', {}, 'key-1');
    await users.erase('gina');
    expect((await users.order('gina', {}, 'key-1')).id).not.toBe(first.id);
  });

  it('is not brought back by a relay or a confirmation that has the order in hand', async () => {
    const { id } = await users.order('gina');
    await users.three.shard(1).sql(`UPDATE outbox SET due_at = now()`);
    const claimed = await users.outbox.claim(SOURCE);
    expect(claimed).toHaveLength(1);
    await users.erase('gina');
    const delivered = claimed.map((one) => ({ ...one, delivered: { receipt: true, event: true } }));
    for (const shard of MAP) {
      expect(await users.outbox.settleAll(shard, delivered)).toHaveLength(1);
      expect(await users.store.markConfirmed(shard, [id])).toEqual({ lags: [], missing: [id] });
      await users.outbox.renewUnconfirmed(shard, 0);
    }
    expect(await users.traces('gina')).toEqual({});
  });

  it('is not erased while a shard is down, which is named; afterwards the same command ends it', async () => {
    await users.order('gina');
    const down = { id: 9, next: ['N', 'Z'] as const, secret: '9' };
    await expect(users.erase('gina', new Date(), [down as never, ...MAP])).rejects.toThrow('shard9');
    expect(await users.traces('gina')).not.toEqual({});
    expect(await users.erase('gina')).toMatchObject({ ...DONE, orders: 1 });
  });

  it('is erased by nobody who serves requests', async () => {
    for (const statement of [`SELECT erase_orders('gina', now(), 1)`, `SELECT erase_traces('gina')`]) {
      await expect(users.three.shard(1).asUser((client) => client.query(statement))).rejects.toThrow(
        'permission denied',
      );
    }
  });
});

describe('a user who moves', () => {
  /** Brings gina as far as a step of the move, and leaves her there. */
  async function upTo(step: 'copying' | 'leaving' | 'arrived' | 'left'): Promise<MoveAttempt> {
    const { moves } = users.three;
    const claimed = await moves.claim(SOURCE, 'gina', 1, TARGET.id);
    if (claimed.outcome !== 'copying') throw new Error(claimed.outcome);
    const attempt = { userId: 'gina', move: 1, attempt: claimed.attempt };
    await moves.expect(TARGET, attempt, SOURCE.id);
    await moves.take(TARGET, attempt, (await moves.page(SOURCE, 'gina', undefined, 9)).rows);
    if (step === 'copying') return attempt;
    const leaving = await moves.leave(SOURCE, attempt, true);
    if (leaving.outcome !== 'leaving') throw new Error(leaving.outcome);
    if (step === 'leaving') return attempt;
    await moves.arrive(TARGET, attempt, leaving.rest);
    if (step === 'left') await moves.left(SOURCE, attempt);
    return attempt;
  }

  async function endMove(): Promise<void> {
    await users.moveAll();
    expect(await checkOwners(users.three)).toMatchObject({ findings: 0 });
    await finishMove(users.three);
    expect(await users.erase('gina')).toMatchObject({ ...DONE, orders: 0, copies: 0 });
    expect(await users.traces('gina')).toEqual({});
  }

  const onlyPlaced = (traces: Record<string, number>) =>
    Object.keys(traces).every((key) => key.endsWith('.placements'));

  it.each([
    ['is being copied', () => upTo('copying')],
    ['has left and not arrived', () => upTo('leaving')],
    ['has arrived, and the source does not know it', () => upTo('arrived')],
    ['has moved a moment ago', () => upTo('left')],
    [
      'was undone',
      async () => {
        const attempt = await upTo('leaving');
        await users.three.moves.refuse(TARGET, attempt, SOURCE.id);
        await users.three.moves.stay(SOURCE, attempt);
      },
    ],
    [
      'is being copied when the move is aborted',
      async () => {
        await upTo('copying');
        await abortMove(users.three);
      },
    ],
    ['has moved, and was archived', () => users.moveAll()],
    [
      'has moved and comes back',
      async () => {
        await users.moveAll();
        await abortMove(users.three);
        await runMover(users.three);
      },
    ],
  ])('leaves nothing but the note where they are: %s', async (_, begin) => {
    for (const _ of [1, 2, 3]) await users.order('gina');
    await users.fold();
    await startMove(users.three);
    await begin();
    const erased = await users.erase('gina');
    expect(erased.done).toBe(true);
    expect(erased.placedIn.length).toBeGreaterThan(0);
    expect(await users.traces('gina')).toSatisfy(onlyPlaced);
    expect(await users.placed()).toEqual({ orders: 0, revenue: 0n });
    await runMover(users.three);
    expect(await users.traces('gina')).toSatisfy(onlyPlaced);
    await endMove();
  });

  it('is new to both shards afterwards, and counted once', async () => {
    await users.order('gina');
    await startMove(users.three);
    await upTo('copying');
    await users.erase('gina');
    const { id } = await users.order('gina');
    await users.moveAll();
    expect([await users.three.orders(1), await users.three.orders(3)]).toEqual([{}, { gina: 1 }]);
    expect(await users.lists.list(TARGET, { userId: 'gina', limit: 9 })).toMatchObject([{ id }]);
    expect([await users.placed(), await users.placed('gina')]).toMatchObject([{ orders: 1 }, { orders: 1 }]);
    expect(await checkOwners(users.three)).toMatchObject({ findings: 0 });
  });

  it('is not brought back by a mover that has read a page', async () => {
    const { moves } = users.three;
    await users.order('gina');
    await startMove(users.three);
    const attempt = await upTo('copying');
    const { rows } = await moves.page(SOURCE, 'gina', undefined, 9);
    expect(await users.erase('gina')).toMatchObject({ done: true, orders: 1, copies: 1 });
    await expect(moves.take(TARGET, attempt, rows)).rejects.toMatchObject({ name: 'MoveOverError' });
    expect(await moves.leave(SOURCE, attempt)).toMatchObject({ outcome: 'gone' });
    expect(await users.traces('gina')).toSatisfy(onlyPlaced);
    await endMove();
  });

  it('is not missed when they move to a shard that was passed before', async () => {
    await users.order('gina');
    await startMove(users.three);
    await upTo('left');
    await abortMove(users.three);
    const { erasure } = users;
    let passed = false;
    const orders: typeof erasure.orders = async (shard, ...rest) => {
      if (shard.id === TARGET.id && !passed) {
        passed = true;
        await runMover(users.three);
      }
      return erasure.orders(shard, ...rest);
    };
    const traces: typeof erasure.traces = (...asked) => erasure.traces(...asked);
    const meanwhile = { orders, traces, known: async () => [] };
    const moves = users.three.moves;
    expect(await eraseOrders('gina', new Date(), { shards: MAP, erasure: meanwhile, moves })).toMatchObject({
      done: true,
    });
    expect(await users.traces('gina')).toSatisfy(onlyPlaced);
  });

  it('stays where they are while an order is being stored, which is then theirs or erased', async () => {
    await users.order('gina');
    await startMove(users.three);
    const begun = new Date();
    await users.three.shard(1).asUser(async (client) => {
      await client.query('BEGIN');
      await client.query(
        `INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at, placed_in)
         VALUES (gen_random_uuid(), 'gina', 'Lamp', 1, 2, 'created', $1, $1, 'shard1 (A-M)')`,
        [new Date(begun.getTime() + 1_000)],
      );
      expect(await users.erasure.orders(SOURCE, 'gina', begun)).toEqual({ outcome: 'busy' });
      await client.query('COMMIT');
    });
    expect(await users.erase('gina', begun)).toMatchObject({ done: true, orders: 1 });
    expect([await users.three.orders(1), await users.placed('gina')]).toMatchObject([{ gina: 1 }, { orders: 1 }]);
  });

  it('is not brought back by a mover that has the rest in hand', async () => {
    const { moves } = users.three;
    await users.order('gina');
    await startMove(users.three);
    const attempt = await upTo('copying');
    const { rows } = await moves.page(SOURCE, 'gina', undefined, 9);
    const leaving = await moves.leave(SOURCE, attempt, true);
    if (leaving.outcome !== 'leaving') throw new Error(leaving.outcome);
    expect(await users.erase('gina')).toMatchObject({ done: true, orders: 1 });
    await expect(moves.take(TARGET, attempt, rows)).rejects.toMatchObject({ name: 'MoveOverError' });
    expect(await moves.arrive(TARGET, attempt, leaving.rest)).not.toBe('here');
    expect(await moves.expect(TARGET, attempt, SOURCE.id)).toMatchObject({ state: 'refused' });
    expect(await users.traces('gina')).toSatisfy(onlyPlaced);
    await endMove();
  });

  it('waits on the way for a target that is down: nothing is claimed as done, which shard is said', async () => {
    await users.order('gina');
    await startMove(users.three);
    await upTo('leaving');
    await users.three.shard(1).sql(`UPDATE placements SET lease_until = now() - interval '1 s'`);
    const refuse = () => Promise.reject(new ShardUnavailableError('shard3'));
    const { left, stay, welcome } = users.three.moves;
    const moves = { refuse, left, stay, welcome };
    await expect(eraseOrders('gina', new Date(), { shards: MAP, erasure: users.erasure, moves })).rejects.toThrow(
      'shard3',
    );
    expect(await users.erase('gina')).toMatchObject({ done: true, orders: 1 });
  });

  it('is erased while the mover is at work, again and again', async () => {
    for (let times = 0; times < 5; times++) {
      await users.empty();
      await users.three.place(1, 'gina', 700);
      await startMove(users.three);
      const [erased] = await Promise.all([users.erase('gina'), runMover(users.three)]);
      expect(erased).toMatchObject({ done: true });
      await runMover(users.three);
      expect(await users.traces('gina')).toSatisfy(onlyPlaced);
      expect(await users.placed()).toEqual({ orders: 0, revenue: 0n });
    }
  });

  it('loses no order of those placed meanwhile, which are all where the user is, and counted', async () => {
    await users.three.place(1, 'gina', 300);
    await startMove(users.three);
    const begun = new Date();
    const order = (n: number) => users.order('gina', { createdAt: new Date(begun.getTime() + 1_000 + n) });
    const ordering = async () => {
      const placed: string[] = [];
      for (let n = 0; n < 30; n++) placed.push((await order(n)).id);
      return placed;
    };
    const [placed, erased] = await Promise.all([ordering(), users.erase('gina', begun), runMover(users.three)]);
    expect(erased.done).toBe(true);
    await users.moveAll();
    const found = await users.lists.list(TARGET, { userId: 'gina', limit: 99, ownedOnly: true });
    expect(found.map(({ id }) => id).sort()).toEqual(placed.sort());
    expect([await users.three.orders(1), (await users.placed()).orders]).toEqual([{}, 30]);
    expect(await checkOwners(users.three)).toMatchObject({ findings: 0 });
  });
});
