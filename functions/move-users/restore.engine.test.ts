import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { abortMove, startMove } from './begin-move.ts';
import { checkOwners } from './check-owners.ts';
import { finishMove, pauseMove, resumeMove } from './end-move.ts';
import { SOURCE, TARGET, ThreeShards } from './mover-fixture.ts';
import { repairOwners } from './repair-owners.ts';
import { runMover } from './run-mover.ts';

let shards: ThreeShards;

beforeAll(async () => {
  shards = await ThreeShards.create();
  return () => shards.close();
});
beforeEach(async () => {
  await shards.empty();
  await shards.place(1, 'alice', 2);
  await shards.place(1, 'gina', 3);
  await shards.place(1, 'Mike', 4);
  await shards.place(2, 'nora', 1);
});

/** Users from G to M move, and the move ends. */
async function moveAndFinish(): Promise<void> {
  await startMove(shards);
  await runMover(shards);
  await archive();
  await finishMove(shards);
}

async function archive(): Promise<void> {
  await shards.passAMinute();
  await runMover(shards);
}

/** What is wrong with whom. */
const found = async () => (await checkOwners(shards)).first.map(({ userId, what }) => `${userId}: ${what}`);

/** How many orders of each user are counted in a shard, and of all. */
async function counted(id: number): Promise<Record<string, number>> {
  const rows = await shards.shard(id).sql(`
    SELECT user_id, sum(orders)::int AS orders FROM (
      SELECT user_id, orders FROM order_statistics WHERE fact = 'placed' AND minute = '-infinity' AND user_id <> ''
      UNION ALL SELECT user_id, orders FROM order_statistics_delta WHERE fact = 'placed'
    ) AS parts GROUP BY 1 HAVING sum(orders) > 0 ORDER BY 1`);
  return Object.fromEntries(rows.map(({ user_id, orders }) => [user_id, orders]));
}

describe('a source that is put back to before the move', () => {
  it('is found while the move is paused, gives up whom it has no longer, and loses no order that it took meanwhile', async () => {
    await shards.keep(1);
    await startMove(shards);
    await runMover(shards);
    await shards.place(3, 'gina');
    await shards.putBack(1);
    // Until somebody looks, requests place orders in both.
    await shards.place(1, 'gina');
    await pauseMove(shards);
    expect(await found()).toEqual(['Mike: two owners', 'gina: two owners']);
    expect(await repairOwners(shards)).toEqual({ users: 2, left: 0, more: false, told: ['shard1'], finished: false });
    expect(await found()).toEqual([]);
    expect(await repairOwners(shards)).toEqual({ users: 0, left: 0, more: false, told: [], finished: false });
    await resumeMove(shards);
    await archive();
    await finishMove(shards);
    expect([await shards.orders(1), await shards.orders(3)]).toEqual([{ alice: 2 }, { gina: 5, Mike: 4 }]);
    expect([await counted(1), await counted(3)]).toEqual([{ alice: 2 }, { gina: 5, Mike: 4 }]);
    expect(await checkOwners(shards)).toMatchObject({ users: 4, findings: 0, behind: [] });
  });

  it('to the middle of the move, gives up whom it has begun to copy again', async () => {
    await startMove(shards);
    await shards.keep(1);
    await runMover(shards);
    await shards.place(3, 'gina');
    await shards.putBack(1);
    // Each finds its copy refused, since the target has the user.
    for (const userId of ['gina', 'Mike']) {
      const claimed = await shards.moves.claim(SOURCE, userId, 1, 3);
      expect(claimed.outcome).toBe('copying');
    }
    await pauseMove(shards);
    expect(await repairOwners(shards)).toMatchObject({ users: 2, left: 0, told: [] });
    expect([await found(), await shards.orders(3)]).toEqual([[], { gina: 4, Mike: 4 }]);
    await expect(shards.place(1, 'gina')).rejects.toMatchObject({ code: '53M01' });
  });

  it('is found after the move, and finishes it again', async () => {
    await shards.keep(1);
    await moveAndFinish();
    await shards.putBack(1);
    expect(await found()).toEqual(['Mike: two owners', 'gina: two owners']);
    await expect(startMove(shards)).rejects.toThrow('`npm run shards -- repair` gives each user to one shard again');
    expect(await repairOwners(shards)).toMatchObject({ users: 2, told: ['shard1'], finished: true });
    await expect(finishMove(shards)).rejects.toThrow('archived a minute after the switch');
    await archive();
    expect(await finishMove(shards)).toMatchObject({
      move: 1,
      owners: [{ owns: [{ from: 'A', before: 'G' }] }, {}, {}],
    });
    expect([await shards.orders(1), await shards.orders(3), await found()]).toEqual([
      { alice: 2 },
      { gina: 3, Mike: 4 },
      [],
    ]);
  });
});

describe('a target that is put back to before the move', () => {
  it('gets from the archive of the source whom it has lost, and what it took of them meanwhile is kept', async () => {
    await shards.keep(3);
    await moveAndFinish();
    await shards.putBack(3);
    await shards.place(3, 'gina');
    expect(await found()).toEqual(['Mike: no owner', 'gina: no owner']);
    expect(await repairOwners(shards)).toMatchObject({ users: 2, left: 0, told: ['shard3'], finished: true });
    await archive();
    await finishMove(shards);
    expect([await shards.orders(1), await shards.orders(3)]).toEqual([{ alice: 2 }, { gina: 4, Mike: 4 }]);
    expect(await counted(3)).toEqual({ gina: 4, Mike: 4 });
    const [gina] = await shards
      .shard(3)
      .sql(`SELECT count(*)::int AS confirmed FROM orders WHERE status = 'confirmed'`);
    expect(gina).toEqual({ confirmed: 8 });
    expect(await found()).toEqual([]);
  });

  it('to the middle of the move, has nobody whom it had half copied', async () => {
    await startMove(shards);
    const claimed = await shards.moves.claim(SOURCE, 'gina', 1, 3);
    if (claimed.outcome !== 'copying') throw new Error(claimed.outcome);
    const attempt = { userId: 'gina', move: 1, attempt: claimed.attempt };
    await shards.moves.expect(TARGET, attempt, 1);
    await shards.moves.take(TARGET, attempt, (await shards.moves.page(SOURCE, 'gina', undefined, 2)).rows);
    await shards.keep(3);
    await runMover(shards);
    await shards.putBack(3);
    await pauseMove(shards);
    expect(await found()).toEqual(['Mike: no owner', 'gina: no owner']);
    expect(await repairOwners(shards)).toMatchObject({ users: 2, left: 0, told: [] });
    expect([await shards.orders(3), await counted(3), await found()]).toEqual([
      { gina: 3, Mike: 4 },
      { gina: 3, Mike: 4 },
      [],
    ]);
    expect(await abortMove(shards)).toEqual({ move: 2 });
    expect(await runMover(shards)).toMatchObject({ moved: 2 });
    expect([await shards.orders(1), await counted(1)]).toEqual([
      { alice: 2, gina: 3, Mike: 4 },
      { alice: 2, gina: 3, Mike: 4 },
    ]);
  });
});

it('an order that is in two archives comes back as it was last', async () => {
  await shards.shard(1).sql(`UPDATE orders SET status = 'created' WHERE user_id = 'Mike'`);
  await startMove(shards);
  await runMover(shards);
  await archive();
  await shards.keep(1);
  await shards.shard(3).sql(`UPDATE orders SET status = 'confirmed', updated_at = now() WHERE user_id = 'Mike'`);
  await abortMove(shards);
  await runMover(shards);
  await archive();
  await shards.putBack(1);
  await pauseMove(shards);
  expect(await repairOwners(shards)).toMatchObject({ users: 2, left: 0, told: ['shard1'] });
  const statuses = await shards
    .shard(1)
    .sql(`SELECT status, count(*)::int FROM orders WHERE user_id = 'Mike' GROUP BY 1`);
  expect(statuses).toEqual([{ status: 'confirmed', count: 4 }]);
});

it('an order that was placed in the restored shard with a key that another one has keeps all but the key, and is delivered by the relay', async () => {
  await shards.keep(1);
  await startMove(shards);
  await runMover(shards);
  await shards.putBack(1);
  for (const [id, status] of [
    [3, 'confirmed'],
    [1, 'created'],
  ] as const) {
    await shards.place(id, 'gina');
    await shards.shard(id).sql(
      `UPDATE orders SET idempotency_key = 'k', status = $1, receipt_stored_at = now()
       WHERE id = (SELECT id FROM orders WHERE user_id = 'gina' ORDER BY changed_at DESC LIMIT 1)`,
      [status],
    );
  }
  await pauseMove(shards);
  expect(await repairOwners(shards)).toMatchObject({ users: 2, left: 0 });
  const keys = await shards.shard(3).sql(
    `SELECT status, idempotency_key, receipt_pending, event_pending FROM orders LEFT JOIN outbox ON order_id = id
     WHERE orders.user_id = 'gina' AND receipt_stored_at IS NOT NULL ORDER BY status`,
  );
  expect(keys).toEqual([
    { status: 'confirmed', idempotency_key: 'k', receipt_pending: null, event_pending: null },
    { status: 'created', idempotency_key: null, receipt_pending: false, event_pending: true },
  ]);
});

it('a user who is being copied goes on to the target when orders of theirs are found in a third shard', async () => {
  await startMove(shards);
  const claimed = await shards.moves.claim(SOURCE, 'gina', 1, TARGET.id);
  if (claimed.outcome !== 'copying') throw new Error(claimed.outcome);
  await shards.moves.expect(TARGET, { userId: 'gina', move: 1, attempt: claimed.attempt }, SOURCE.id);
  await shards.misplace(2, 'gina');
  await pauseMove(shards);
  expect(await found()).toEqual(['gina: orders elsewhere']);
  expect(await repairOwners(shards)).toMatchObject({ users: 1, left: 0 });
  await resumeMove(shards);
  expect(await runMover(shards)).toMatchObject({ moved: 2 });
  expect(await shards.orders(3)).toEqual({ gina: 4, Mike: 4 });
});

it('a repair waits for a pause', async () => {
  await startMove(shards);
  await expect(repairOwners(shards)).rejects.toThrow('Do `npm run shards -- pause` first.');
});
