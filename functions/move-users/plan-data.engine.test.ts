import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planOf } from '../domain/shard-plan.ts';
import { startMove } from './begin-move.ts';
import { carryOut } from './commands.ts';
import { readCommand } from './input.ts';
import { ThreeShards } from './mover-fixture.ts';
import type { PlanData } from './plan-data.ts';
import { runMover } from './run-mover.ts';

/** Bytes of a response: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_BYTES = 6_291_556;

const EVERY_KEY = `
  WITH follows AS (SELECT unnest(string_to_array('- . 0 1 2 3 4 5 6 7 8 9 A B C D E F G H I J K L M N O P Q R S T U V W X Y Z _', ' ')) AS c),
    letters AS (SELECT c FROM follows WHERE c BETWEEN 'A' AND 'Z'),
    pairs AS (SELECT letters.c || follows.c AS c FROM letters, follows)
  INSERT INTO order_statistics
  SELECT key, 'placed', '-infinity', 0, 999999999, 0
  FROM (SELECT c FROM letters UNION SELECT c FROM pairs UNION SELECT pairs.c || follows.c FROM pairs, follows) AS keys (key)`;

let shards: ThreeShards;

beforeAll(async () => {
  shards = await ThreeShards.create();
  return () => shards.close();
});
beforeEach(() => shards.empty());

async function ask(): Promise<PlanData> {
  const command = readCommand({ do: 'plan' });
  if (command === undefined) throw new Error('It is no command.');
  return (await carryOut(command, shards)) as PlanData;
}

describe('what a plan is made of', () => {
  it('is the maps of the deployment without its secrets, and what each shard stores before and after a move', async () => {
    await shards.place(1, 'alice', 2);
    await shards.place(1, 'gina', 3);
    await shards.place(1, 'GIno', 1);
    await shards.place(2, 'nora', 4);
    const before = await ask();
    expect(before).toEqual({
      shards: [
        { id: 1, from: 'A', to: 'M', next: ['A', 'F'] },
        { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] },
        { id: 3, next: ['G', 'M'] },
      ],
      stored: [
        {
          id: 1,
          bytes: expect.any(Number),
          keys: [
            { key: 'ALI', users: 1, orders: 2 },
            { key: 'GIN', users: 2, orders: 4 },
          ],
        },
        { id: 2, bytes: expect.any(Number), keys: [{ key: 'NOR', users: 1, orders: 4 }] },
        { id: 3, bytes: expect.any(Number), keys: [] },
      ],
    });
    expect(planOf(before.shards, before.stored).moving).toMatchObject({ users: 2, orders: 4 });

    await startMove(shards);
    expect(await runMover(shards)).toMatchObject({ moved: 2 });
    const after = await ask();
    expect(after.stored.map(({ keys }) => keys)).toEqual([
      [{ key: 'ALI', users: 1, orders: 2 }],
      [{ key: 'NOR', users: 1, orders: 4 }],
      [{ key: 'GIN', users: 2, orders: 4 }],
    ]);
    expect(planOf(after.shards, after.stored).moving).toMatchObject({ users: 0, orders: 0 });
  });

  it('fits into a response even if every beginning of an id is in two shards with a billion orders in each', async () => {
    for (const id of [1, 3]) await shards.shard(id).sql(EVERY_KEY);
    const data = await ask();
    expect(data.stored.map(({ keys }) => keys.length)).toEqual([40_586, 0, 40_586]);
    expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(MOST_BYTES);
  });
});
