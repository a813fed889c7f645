import { afterEach, expect, it, vi } from 'vitest';
import type { MoveReader, Moves } from '../domain/moves.ts';
import type { ShardRange } from '../domain/shard-map.ts';
import { MemoryLog, MemoryMetrics } from '../testing/ports.ts';
import { runMover } from './run-mover.ts';

const SHARDS: readonly ShardRange[] = [
  { id: 1, from: 'A', to: 'Z', next: ['A', 'M'] },
  { id: 2, next: ['N', 'Z'] },
];

afterEach(() => void vi.useRealTimers());

it('a user for whom the time of a run is not enough is left to the next one, which has all of it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const users = [
    { userId: 'small', orders: 10, peer: 2 },
    { userId: 'large', orders: 100_000, peer: 2 },
  ];
  const begun: string[] = [];
  const run = (seconds: number) =>
    runMover({
      shards: SHARDS,
      reader: {
        moveOf: async () => ({ move: 1, state: 'running', changedAt: undefined, ranges: [] }),
        expired: async () => [],
        toArchive: async () => [],
        toClear: async () => [],
        usersToMove: async ({ id }) => (id === 1 ? users.filter(({ userId }) => !begun.includes(userId)) : []),
      } as Partial<MoveReader> as MoveReader,
      moves: {
        forget: async () => 0,
        claim: async (_, userId) => {
          begun.push(userId);
          vi.advanceTimersByTime(seconds * 1_000);
          return { outcome: 'gone' };
        },
      } as Partial<Moves> as Moves,
      lock: { hold: (work) => work() },
      metrics: new MemoryMetrics(),
      log: new MemoryLog(),
      now: () => new Date(),
    });
  await run(16);
  expect(begun).toEqual(['small']);
  await run(16);
  expect(begun).toEqual(['small', 'large']);
});
