import { beforeAll, describe, expect, it, vi } from 'vitest';
import { playAndJudge } from './real-actors.ts';
import type { RealWorld } from './real-world.ts';
import { startRealWorld } from './real-world-fixture.ts';
import { SCENARIOS, sample } from './scenarios.ts';

vi.mock('node:timers/promises', async (original) =>
  (await import('./own-clock.ts')).withDelaysByOwnClock(await original()),
);

/** The same schedules for the same seed. */
const SEED = Number(process.env.SCHEDULES_SEED ?? 1);

let world: RealWorld;

beforeAll(async () => {
  const started = await startRealWorld();
  world = started.world;
  return started.stop;
});

describe('on real shards, with two preemptions and a kill anywhere', () => {
  it.each(Object.entries(SCENARIOS))('a user who moves loses and doubles nothing beside %s', async (_, actors) => {
    for (const schedule of sample(Object.keys(actors).length, 10, SEED)) {
      const { wrong } = await playAndJudge(world, actors, schedule);
      expect(wrong, JSON.stringify(schedule)).toBeUndefined();
    }
  });

  it('an order is lost that a shard without its guard stores while the user leaves', async () => {
    await world.guard(false);
    const actors = SCENARIOS['a request'] ?? {};
    // The request has its statement behind it, but not its commit, when the mover goes on.
    const schedule = { order: [1, 0], points: [1, 20], killed: undefined } as const;
    const { wrong } = await playAndJudge(world, actors, schedule);
    await world.guard(true);
    expect(wrong).toBe('a is lost, although its client or Kafka was told of it');
    expect((await playAndJudge(world, actors, schedule)).wrong).toBeUndefined();
  });
});
