import { describe, expect, it } from 'vitest';
import { MemoryMoves } from '../testing/memory-moves.ts';
import { ShardUnavailableError, type UserRefusal } from './errors.ts';
import { describeShard, type ShardRange, shardName } from './shard-map.ts';
import { againWhileMoving, UsersPlace } from './users-place.ts';

/** Users from G to M go to shard 3. */
const MAP: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'M', next: ['A', 'F'] },
  { id: 2, from: 'N', to: 'Z', next: ['N', 'Z'] },
  { id: 3, next: ['G', 'M'] },
];
const MOVED: UserRefusal = { user: 'mia', peer: 3, move: 1 };
const ON_THE_WAY: UserRefusal = { user: 'mia', peer: 3, move: 1, leaving: { attempt: 2, expired: false } };
const STRANDED: UserRefusal = { user: 'mia', peer: 3, move: 1, leaving: { attempt: 2, expired: true } };

/** @param refusals what the shards say in turn of a user, then they take what is done; `undefined` takes it at once */
function system(refusals: Record<string, (UserRefusal | undefined)[]>, map = MAP) {
  const moves = new MemoryMoves();
  const places = new UsersPlace(map, moves);
  const asked: string[] = [];
  const work = async (shard: ShardRange) => {
    asked.push(describeShard(shard));
    const refusal = refusals[shardName(shard)]?.shift();
    if (refusal !== undefined) throw new ShardUnavailableError(shardName(shard), { refusal });
    return shard.id;
  };
  return { moves, asked, work, places, at: (userId: string) => places.at(userId, work) };
}

describe('the place of a user', () => {
  it('is asked once, and alone, for a user who does not move', async () => {
    const { at, asked } = system({});
    expect([await at('alice'), await at('zara'), await at('mia'), asked]).toEqual([
      1,
      2,
      1,
      ['shard1 (A-M)', 'shard2 (N-Z)', 'shard1 (A-M)'],
    ]);
  });

  it('is where the present owner says, with the range of the next map, and asked first from then on', async () => {
    const { at, asked } = system({ shard1: [MOVED] });
    expect([await at('mia'), await at('mia'), await at('alice')]).toEqual([3, 3, 1]);
    expect(asked).toEqual(['shard1 (A-M)', 'shard3 (G-M)', 'shard3 (G-M)', 'shard1 (A-M)']);
  });

  it('is the former one again when a move is undone', async () => {
    const back = { user: 'mia', peer: 1, move: 2 };
    const { at, asked } = system({ shard1: [MOVED], shard3: [undefined, back] });
    expect([await at('mia'), await at('mia'), await at('mia')]).toEqual([3, 1, 1]);
    expect(asked.map((shard) => shard.slice(0, 6))).toEqual(['shard1', 'shard3', 'shard3', 'shard1', 'shard1']);
  });

  it('is the other one that the maps know, when a shard does not know which has the user', async () => {
    expect(await system({ shard1: [{ user: 'mia', peer: null, move: 1 }] }).at('mia')).toBe(3);
  });

  it('takes in a user who is new', async () => {
    const { at, moves } = system({ shard1: [{ ...MOVED, new: true }] });
    expect([await at('mia'), moves.steps]).toEqual([3, ['welcome at shard3: mia 1']]);
  });

  it('is awaited while the user is on the way, and then asked', async () => {
    const { at, asked, moves } = system({ shard1: [ON_THE_WAY, ON_THE_WAY, MOVED] });
    const started = performance.now();
    expect([await at('mia'), moves.steps, asked.length]).toEqual([3, [], 4]);
    expect(performance.now() - started).toBeGreaterThan(100);
  });

  it('is settled at the target by whoever finds that the time on the way is over: back to the source', async () => {
    const { at, moves } = system({ shard1: [STRANDED] });
    expect([await at('mia'), moves.steps]).toEqual([
      1,
      ['refuse at shard3: mia 1.2 from 1', 'stay at shard1: mia 1.2'],
    ]);
  });

  it('is settled at the target by whoever finds that the time on the way is over: arrived before', async () => {
    const { at, moves } = system({ shard1: [STRANDED, MOVED] });
    moves.arrived = true;
    expect([await at('mia'), moves.steps]).toEqual([
      3,
      ['refuse at shard3: mia 1.2 from 1', 'left at shard1: mia 1.2'],
    ]);
  });

  it('is given up when it is a shard that is not known, or no shard responds', async () => {
    const unknown = system({ shard1: [{ user: 'mia', peer: 9, move: 1 }] });
    await expect(unknown.at('mia')).rejects.toMatchObject({ code: 'shard_unavailable', shard: 'shard1' });
    const down = system({});
    await expect(
      down.places.at('mia', () => Promise.reject(new ShardUnavailableError('shard1'))),
    ).rejects.toMatchObject({ code: 'shard_unavailable' });
    expect([unknown.asked.length, down.moves.steps]).toEqual([1, []]);
  });

  it('is given up after a few seconds, longer than a user may be on the way', async () => {
    const { at } = system({ shard1: Array.from({ length: 1_000 }, () => ON_THE_WAY) });
    const started = performance.now();
    await expect(at('mia')).rejects.toMatchObject({ refusal: ON_THE_WAY });
    expect(performance.now() - started).toBeGreaterThan(2_500);
  });
});

it('what a shard refuses because of a user on the way is done again until it takes it, and other failures are not', async () => {
  const failures: unknown[] = [
    new ShardUnavailableError('shard1', { refusal: ON_THE_WAY }),
    undefined,
    new Error('bug'),
  ];
  let attempts = 0;
  const attempt = async () => {
    attempts += 1;
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return 'done';
  };
  expect([await againWhileMoving(attempt), attempts]).toEqual(['done', 2]);
  await expect(againWhileMoving(attempt)).rejects.toThrow('bug');
});
