import { afterEach, expect, it, vi } from 'vitest';
import { MoveOverError } from '../domain/errors.ts';
import type { MoveReader, Moves, UserToMove } from '../domain/moves.ts';
import type { ShardRange } from '../domain/shard-map.ts';
import { MemoryLog, MemoryMetrics } from '../testing/ports.ts';
import { runMover } from './run-mover.ts';

const SHARDS: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'Z', next: ['A', 'M'] },
  { id: 2, next: ['N', 'Z'] },
];

afterEach(() => void vi.useRealTimers());

const FOUND = {
  moveOf: async () => ({
    move: 1,
    state: 'running',
    changedAt: undefined,
    ranges: [{ role: 'out', from: 'A', before: undefined, peer: 2 }],
  }),
  expired: async () => [],
  progress: async () => ({ usersLeft: 0 }) as never,
  toArchive: async () => [],
  toClear: async () => [],
} satisfies Partial<MoveReader>;

/** A run in which shard 1 gives these users. @param claim the first step of each */
function run(users: readonly UserToMove[], claim: Moves['claim']) {
  return runMover({
    shards: SHARDS,
    reader: {
      ...FOUND,
      usersToMove: async ({ id }) => (id === 1 ? [...users] : []),
    } as Partial<MoveReader> as MoveReader,
    moves: { forget: async () => 0, claim } as Partial<Moves> as Moves,
    lock: { hold: (work) => work() },
    metrics: new MemoryMetrics(),
    log: new MemoryLog(),
    now: () => new Date(),
  });
}

it('a user for whom the time of a run is not enough is left to the next one, which has all of it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const small = { userId: 'small', orders: 10, peer: 2 };
  const large = { userId: 'large', orders: 100_000, peer: 2 };
  const begun: string[] = [];
  const claim: Moves['claim'] = async (_, userId) => {
    begun.push(userId);
    vi.advanceTimersByTime(16_000);
    return { outcome: 'gone' };
  };
  await run([small, large], claim);
  expect(begun).toEqual(['small']);
  await run([large], claim);
  expect(begun).toEqual(['small', 'large']);
});

it('a user whom another attempt has overtaken is tried again, and the shard is not taken for down', async () => {
  const begun: string[] = [];
  const claim: Moves['claim'] = async (_, userId) => {
    begun.push(userId);
    if (begun.length === 1) throw new MoveOverError('shard2', 'the user is not arriving with this attempt');
    return { outcome: 'gone' };
  };
  const users = ['alice', 'bob'].map((userId) => ({ userId, orders: 1, peer: 2 }));
  await run(users, claim);
  expect(begun).toEqual(['alice', 'bob', 'alice']);
});
