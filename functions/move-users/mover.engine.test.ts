import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresMoverLock } from '../adapters/postgres/mover-lock.ts';
import { abortMove, startMove } from './begin-move.ts';
import { checkOwners } from './check-owners.ts';
import { finishMove, pauseMove, resumeMove } from './end-move.ts';
import { moveUser } from './move-user.ts';
import { MAP, OTHER, SOURCE, TARGET, ThreeShards } from './mover-fixture.ts';
import { Pace } from './pace.ts';
import { runMover } from './run-mover.ts';
import { moveStatus } from './status.ts';

/** What is deployed after the move, with a next map that takes the new shard away again. */
const BACK = [
  { ...SOURCE, from: 'A', to: 'F', next: ['A', 'M'] as const },
  { ...OTHER },
  { ...TARGET, from: 'G', to: 'M', next: undefined },
];

let shards: ThreeShards;

beforeAll(async () => {
  shards = await ThreeShards.create();
  return () => shards.close();
});
beforeEach(() => shards.empty());

async function someOrders(): Promise<void> {
  await shards.place(1, 'alice', 2);
  await shards.place(1, 'gina', 3);
  await shards.place(1, 'Mike', 1_201);
  await shards.place(2, 'nora', 1);
}

async function archive(): Promise<void> {
  await shards.passAMinute();
  await runMover(shards);
}

describe('the mover', () => {
  it('moves whom the next map gives to another shard, archives what was left a minute later, and then there is nothing to do', async () => {
    await someOrders();
    expect(await startMove(shards)).toEqual({ move: 1 });
    expect(await runMover(shards)).toEqual({ moved: 2, archived: 0 });
    expect(await shards.orders(3)).toEqual({ gina: 3, Mike: 1_201 });
    expect(await shards.orders(2)).toEqual({ nora: 1 });
    expect(await runMover(shards)).toEqual({ moved: 0, archived: 0 });
    await shards.passAMinute();
    expect(await runMover(shards)).toEqual({ moved: 0, archived: 1_204 });
    expect(await shards.orders(1)).toEqual({ alice: 2 });
    expect(shards.recorded.map(({ UsersMoved }) => UsersMoved)).toEqual([2, 0, 0]);
  });

  it('does nothing before a move has begun, and while it is paused', async () => {
    await someOrders();
    expect(await runMover(shards)).toEqual({ moved: 0, archived: 0 });
    await startMove(shards);
    await pauseMove(shards);
    expect(await runMover(shards)).toEqual({ moved: 0, archived: 0 });
    await resumeMove(shards);
    expect(await runMover(shards)).toEqual({ moved: 2, archived: 0 });
  });

  it('brings everybody back when the move is aborted, those who came meanwhile too', async () => {
    await someOrders();
    await startMove(shards);
    await runMover(shards);
    await shards.place(3, 'gina');
    expect(await abortMove(shards)).toEqual({ move: 2 });
    expect(await runMover(shards)).toEqual({ moved: 2, archived: 0 });
    expect(await shards.orders(1)).toEqual({ alice: 2, gina: 4, Mike: 1_201 });
    await expect(finishMove(shards)).rejects.toThrow(
      'The former orders of 2 users are archived a minute after the switch.',
    );
    await archive();
    expect((await finishMove(shards)).owners).toEqual([
      { shard: 'shard1', owns: [{ role: 'own', from: 'A', before: 'N' }] },
      { shard: 'shard2', owns: [{ role: 'own', from: 'N', before: undefined }] },
      { shard: 'shard3', owns: [] },
    ]);
    expect(await checkOwners(shards)).toMatchObject({ users: 4, findings: 0, behind: [] });
  });

  it('ends first what another one left in the middle of a switch', async () => {
    await someOrders();
    await startMove(shards);
    for (const userId of ['gina', 'Mike']) {
      const claimed = await shards.moves.claim(SOURCE, userId, 1, 3);
      if (claimed.outcome !== 'copying') throw new Error(claimed.outcome);
      const attempt = { userId, move: 1, attempt: claimed.attempt };
      await shards.moves.expect(TARGET, attempt, 1);
      const { rows } = await shards.moves.page(SOURCE, userId, undefined, 2_000);
      await shards.moves.take(TARGET, attempt, rows);
      const leaving = await shards.moves.leave(SOURCE, attempt);
      // One arrives before the mover ends, the other one does not.
      if (userId === 'gina' && leaving.outcome === 'leaving') {
        await shards.moves.arrive(TARGET, attempt, leaving.rest);
      }
    }
    expect((await moveStatus(shards)).sources[0]?.busy.map(({ userId, why }) => [userId, why])).toEqual(
      expect.arrayContaining([
        ['gina', 'leaving'],
        ['Mike', 'leaving'],
      ]),
    );
    await shards.shard(1).sql(`UPDATE placements SET lease_until = now() - interval '1 s'`);
    expect(await checkOwners(shards)).toMatchObject({ findings: 2, first: [{ what: 'switch not ended' }, {}] });
    expect(await runMover(shards)).toEqual({ moved: 1, archived: 0 });
    expect(await shards.orders(3)).toEqual({ gina: 3, Mike: 1_201 });
    expect(await checkOwners(shards)).toMatchObject({ findings: 0 });
  });

  it('moves a user whose orders take several runs, with what is placed and confirmed meanwhile', async () => {
    await shards.place(1, 'gina', 1_000);
    await shards.shard(1).sql(`UPDATE orders SET status = 'created'`);
    await startMove(shards);
    // Three pages take longer than a run.
    const run = () => {
      const pace = new Pace({ ordersPerPage: 100, ordersPerSecond: 500, until: performance.now() + 500 });
      return moveUser({ userId: 'gina', move: 1, source: SOURCE, target: TARGET }, shards.moves, pace);
    };
    const confirm = (which: 'ASC' | 'DESC') =>
      shards.shard(1).sql(`UPDATE orders SET status = 'confirmed'
        WHERE id = (SELECT id FROM orders WHERE status = 'created' ORDER BY created_at ${which} LIMIT 1)`);
    let runs = 1;
    for (; (await run()) === 'unfinished'; runs++) {
      // Of those that are copied and of those that are not.
      await confirm('ASC');
      await confirm('DESC');
      await shards.place(1, 'gina');
    }
    expect(runs).toBeGreaterThanOrEqual(4);
    const rows = 'SELECT to_jsonb(orders) AS value FROM orders ORDER BY id';
    expect(await shards.shard(3).sql(rows)).toEqual(await shards.shard(1).sql(rows));
    expect(await shards.orders(3)).toEqual({ gina: 1_000 + runs - 1 });
    expect(await checkOwners(shards)).toMatchObject({ findings: 0 });
    expect(await moveStatus(shards)).toMatchObject({ sources: [{ usersLeft: 0, ordersMoved: 1_000 + runs - 1 }] });
  });

  it('goes on with a later attempt when the target has refused the one that the source has, as after its restore', async () => {
    await shards.place(1, 'gina', 3);
    await startMove(shards);
    const claimed = await shards.moves.claim(SOURCE, 'gina', 1, 3);
    if (claimed.outcome !== 'copying') throw new Error(claimed.outcome);
    await shards.moves.refuse(TARGET, { userId: 'gina', move: 1, attempt: claimed.attempt }, 1);
    expect(await runMover(shards)).toEqual({ moved: 1, archived: 0 });
  });

  it('moves users whom the statistics do not know, too, and a move is not finished without them', async () => {
    await shards.place(1, 'gina', 3);
    await startMove(shards);
    await shards.shard(1).sql('TRUNCATE order_statistics, order_statistics_delta');
    await expect(finishMove(shards)).rejects.toThrow('1 user has not moved yet.');
    expect(await runMover(shards)).toEqual({ moved: 1, archived: 0 });
  });

  it('does not wait for users of the statistics who have no orders', async () => {
    await startMove(shards);
    await shards.shard(1).sql(`INSERT INTO order_statistics VALUES ('gina', 'placed', '-infinity', 0, 3, 1)`);
    expect(await runMover(shards)).toEqual({ moved: 0, archived: 0 });
    expect(shards.recorded.at(-1)).toMatchObject({ MoveStandstillSeconds: 0 });
    await finishMove(shards);
  });

  it('moves nobody while shards have different columns, and a move does not begin', async () => {
    await someOrders();
    await startMove(shards);
    await shards.shard(3).sql(`ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT 'none'`);
    try {
      expect(await runMover(shards)).toEqual({ moved: 0, archived: 0 });
      await expect(startMove(shards)).rejects.toThrow(
        'Not all shards are migrated: their tables have different columns.',
      );
      for (const id of [1, 2])
        await shards.shard(id).sql(`ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT 'none'`);
      await shards.shard(1).sql(`UPDATE orders SET note = 'blue' WHERE user_id = 'gina'`);
      expect(await runMover(shards)).toMatchObject({ moved: 2 });
      expect(await shards.shard(3).sql(`SELECT DISTINCT user_id, note FROM orders ORDER BY 1`)).toEqual([
        { user_id: 'Mike', note: 'none' },
        { user_id: 'gina', note: 'blue' },
      ]);
    } finally {
      for (const id of [1, 2, 3]) await shards.shard(id).sql('ALTER TABLE orders DROP COLUMN IF EXISTS note');
    }
  });

  it('leaves the work to another one that is at it', async () => {
    await someOrders();
    await startMove(shards);
    const others = shards.connect();
    await new PostgresMoverLock(others, MAP).hold(async () => {
      expect(await runMover(shards)).toEqual({ moved: 0, archived: 0 });
    });
    await others.close();
    expect(await runMover(shards)).toMatchObject({ moved: 2 });
  });

  it('moves users between the other shards while the first one is down, and still one mover at a time', async () => {
    await someOrders();
    await startMove(shards);
    const map = [{ id: 9, from: 'A', to: 'Z', secret: '9' }, ...MAP];
    const databases = shards.connect(map);
    const withOneDown = { ...shards, lock: new PostgresMoverLock(databases, map) };
    await shards.lock.hold(async () => {
      expect(await runMover(withOneDown)).toEqual({ moved: 0, archived: 0 });
    });
    expect(await runMover(withOneDown)).toMatchObject({ moved: 2 });
    await databases.close();
  });
});

describe('an operator', () => {
  it('sees how far a move is, and may end it when nobody is left', async () => {
    await someOrders();
    await startMove(shards);
    expect(await moveStatus(shards)).toMatchObject({
      move: 1,
      state: 'running',
      behind: [],
      sources: [{ shard: 'shard1', targets: ['shard3'], usersLeft: 2, ordersLeft: 1_204, usersMoved: 0 }],
    });
    await expect(finishMove(shards)).rejects.toThrow('2 users have not moved yet.');
    await runMover(shards);
    expect(await moveStatus(shards)).toMatchObject({
      sources: [{ usersLeft: 0, ordersLeft: 0, usersMoved: 2, ordersMoved: 1_204, busy: [] }],
    });
    await archive();
    const finished = await finishMove(shards);
    expect(await finishMove(shards)).toEqual(finished);
    expect(await moveStatus(shards)).toMatchObject({ move: 1, state: 'finished', sources: [] });
    await expect(abortMove(shards)).rejects.toThrow('No move is under way');
    await expect(startMove(shards)).rejects.toThrow(
      'Move 1 is finished, so the users are where the next map has them. Deploy that map as `shards`, without `nextShards`',
    );
    expect(await startMove({ ...shards, shards: BACK })).toEqual({ move: 2 });
  });

  it('cannot begin a move twice, nor one without a next map', async () => {
    await startMove(shards);
    await expect(startMove(shards)).rejects.toThrow('A move is under way.');
    const present = [{ id: 1, from: 'A', to: 'Z', secret: '1' }];
    await expect(startMove({ ...shards, shards: present })).rejects.toThrow('There is no next map.');
    const same = [{ id: 1, from: 'A', to: 'Z', next: ['A', 'Z'] as const, secret: '1' }];
    await expect(startMove({ ...shards, shards: same })).rejects.toThrow('The next map is the present one');
  });

  it('repeats a start, or an abort, that has reached some shards only', async () => {
    await someOrders();
    await startMove(shards);
    await shards.shard(1).sql('TRUNCATE shard_move, shard_ranges');
    expect(await moveStatus(shards)).toMatchObject({ behind: ['shard1'] });
    await expect(finishMove(shards)).rejects.toThrow(
      'shard1 does not know of the move yet. Repeat `npm run shards -- start` first.',
    );
    expect(await startMove(shards)).toEqual({ move: 1 });

    await runMover(shards);
    const [ranges] = await shards.shard(1).sql('SELECT json_agg(shard_ranges) AS ranges FROM shard_ranges');
    await abortMove(shards);
    await shards.shard(1).sql('TRUNCATE shard_ranges');
    await shards.shard(1).sql('UPDATE shard_move SET move = 1');
    await shards
      .shard(1)
      .sql('INSERT INTO shard_ranges SELECT * FROM json_populate_recordset(NULL::shard_ranges, $1)', [
        JSON.stringify(ranges?.ranges),
      ]);
    await expect(finishMove(shards)).rejects.toThrow('Repeat `npm run shards -- abort` first.');
    expect(await abortMove(shards)).toEqual({ move: 2 });
    expect(await runMover(shards)).toMatchObject({ moved: 2 });
  });

  it('may begin, abort, resume or end nothing when a shard was restored to before users moved, but pause', async () => {
    await someOrders();
    await startMove(shards);
    await runMover(shards);
    await shards.shard(1).sql('TRUNCATE placements, shard_ranges, shard_move');
    for (const command of [startMove, abortMove, resumeMove, finishMove]) {
      await expect(command(shards)).rejects.toThrow(
        'Users have moved from or to shard1 with a move that shard1 does not know of, as after a restore to a time before.',
      );
    }
    await pauseMove(shards);
    expect(await moveStatus(shards)).toMatchObject({ state: 'paused', behind: ['shard1'] });
  });

  it('finds users with two owners, with none, and orders at the wrong place', async () => {
    await someOrders();
    expect(await checkOwners(shards)).toMatchObject({ users: 4, findings: 0 });
    await startMove(shards);
    await runMover(shards);
    await archive();
    await finishMove(shards);
    expect(await checkOwners(shards)).toMatchObject({ users: 4, findings: 0 });
    // As after the restore of a backup from before the move.
    await shards.shard(1).sql('TRUNCATE placements, shard_ranges, shard_move');
    await shards.place(1, 'gina', 3);
    await shards.place(1, 'Mike');
    expect(await checkOwners(shards)).toMatchObject({
      findings: 2,
      behind: ['shard1'],
      first: [
        {
          userId: 'Mike',
          what: 'two owners',
          where: ['shard1 (A-M): no placement, 1 order', expect.stringContaining('here')],
        },
        { userId: 'gina', what: 'two owners' },
      ],
    });
    await shards.shard(3).sql(`UPDATE placements SET state = 'refused'`);
    await shards
      .shard(1)
      .sql(`INSERT INTO placements (user_id, move, attempt, state, peer) VALUES ('gina', 1, 1, 'moved', 3)`);
    await shards.misplace(2, 'alice');
    expect((await checkOwners(shards)).first.map(({ userId, what }) => [userId, what])).toEqual([
      ['alice', 'orders elsewhere'],
      ['gina', 'no owner'],
    ]);
  });
});
