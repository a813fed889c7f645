import { afterEach, describe, expect, it, vi } from 'vitest';
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

const USERS: readonly UserToMove[] = ['alice', 'bob'].map((userId) => ({ userId, orders: 1, peer: 2 }));
const SINCE = new Date('2026-11-01T12:00:00Z');
const NOW = new Date('2026-11-01T12:10:00Z');

const FOUND = {
  copiedColumns: async () => '',
  moveOf: async () => ({
    move: 1,
    state: 'running',
    changedAt: undefined,
    ranges: [{ role: 'out', from: 'A', before: undefined, peer: 2 }],
  }),
  expired: async () => [],
  lastMove: async () => ({ isLeaving: false, lastMovedAt: SINCE }),
  toArchive: async () => [],
  toClear: async () => [],
  usersToMove: async ({ id }) => (id === 1 ? [...USERS] : []),
} satisfies Partial<MoveReader>;

/** A run in which shard 1 gives two users. @returns what it records */
async function run(moves: Partial<Moves>, reader: Partial<MoveReader> = {}) {
  const metrics = new MemoryMetrics();
  await runMover({
    shards: SHARDS,
    reader: { ...FOUND, ...reader } as MoveReader,
    moves: { forget: async () => 0, ...moves } as Moves,
    lock: { hold: (work) => work() },
    metrics,
    log: new MemoryLog(),
    now: () => NOW,
  });
  return metrics.recorded.at(-1)?.values;
}

/** Steps of a user who never ends to have a further page, each of which takes ten seconds. */
function endless(): Partial<Moves> {
  vi.useFakeTimers({ toFake: ['performance'] });
  const last = { createdAt: new Date(0), id: 'id' };
  return {
    claim: async () => ({ outcome: 'copying', attempt: 1 }),
    expect: async () => ({ state: 'arriving', copied: undefined }),
    page: async () => {
      vi.advanceTimersByTime(10_000);
      return { orders: 500, rows: '[]', last };
    },
    take: async () => undefined,
  };
}

describe('a run', () => {
  it('ends in the middle of a user for whom its time is not enough, which is no standstill', async () => {
    const begun: string[] = [];
    const values = await run({
      ...endless(),
      claim: async (_, userId) => {
        begun.push(userId);
        return { outcome: 'copying', attempt: 1 };
      },
    });
    expect(begun).toEqual(['alice']);
    expect(values).toEqual({ UsersMoved: 0, MoveStandstillSeconds: 0 });
  });

  it('tells for how long nobody has moved while a user is left, or between the shards', async () => {
    const gone = { claim: async () => ({ outcome: 'gone' }) } satisfies Partial<Moves>;
    const stopped = { claim: async () => ({ outcome: 'stopped' }) } satisfies Partial<Moves>;
    expect(await run(gone)).toMatchObject({ MoveStandstillSeconds: 0 });
    expect(await run(stopped)).toMatchObject({ MoveStandstillSeconds: 600 });
    const isLeaving = { lastMove: async () => ({ isLeaving: true, lastMovedAt: SINCE }) };
    expect(await run(gone, isLeaving)).toMatchObject({ MoveStandstillSeconds: 600 });
  });

  it('tries a user again whom another attempt has overtaken, and does not take the shard for down', async () => {
    const begun: string[] = [];
    const claim: Moves['claim'] = async (_, userId) => {
      begun.push(userId);
      if (begun.length === 1) throw new MoveOverError('shard2', 'the user is not arriving with this attempt');
      return { outcome: 'gone' };
    };
    await run({ claim });
    expect(begun).toEqual(['alice', 'bob', 'alice']);
  });

  it('drops what has rested long enough from all shards in turn, until nothing or no time is left', async () => {
    const asked: number[] = [];
    const left = new Map([
      [1, 2_500],
      [2, 1_000],
    ]);
    const forget: Moves['forget'] = async ({ id }, before, limit) => {
      expect(before).toEqual(new Date('2026-10-18T12:10:00Z'));
      asked.push(id);
      const orders = Math.min(limit, left.get(id) ?? 0);
      left.set(id, (left.get(id) ?? 0) - orders);
      return orders;
    };
    await run({ claim: async () => ({ outcome: 'gone' }), forget });
    expect(asked).toEqual([1, 2, 1, 2, 1]);
    asked.length = 0;
    await run({ ...endless(), forget: async ({ id }, _, limit) => asked.push(id) && limit });
    expect(asked).toEqual([1, 2]);
  });

  it('divides the time before the first user among shards, and there between what is cleared and archived', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const pages: string[] = [];
    const page = (step: string): Moves['clear'] => {
      return async ({ id }, _, limit) => {
        pages.push(`${step} ${id}`);
        vi.advanceTimersByTime(2_000);
        return limit;
      };
    };
    const rests = { toClear: async () => ['cora'], toArchive: async () => ['dave'] };
    await run({ claim: async () => ({ outcome: 'gone' }), clear: page('clear'), archive: page('archive') }, rests);
    const counts = Map.groupBy(pages, (each) => each);
    expect([...counts].map(([step, times]) => [step, times.length])).toEqual([
      ['clear 1', 3],
      ['archive 1', 3],
      ['clear 2', 3],
      ['archive 2', 3],
    ]);
  });
});
