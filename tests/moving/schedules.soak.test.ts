import { beforeAll, expect, it, vi } from 'vitest';
import { playAndJudge } from './real-actors.ts';
import type { RealWorld } from './real-world.ts';
import { startRealWorld } from './real-world-fixture.ts';
import { SCENARIOS } from './scenarios.ts';
import { everySchedule } from './scheduler.ts';

vi.mock('node:timers/promises', async (original) =>
  (await import('./own-clock.ts')).withDelaysByOwnClock(await original()),
);

let world: RealWorld;

beforeAll(async () => {
  const started = await startRealWorld();
  world = started.world;
  return started.stop;
}, 300_000);

it.each(Object.entries(SCENARIOS))(
  'no schedule of two preemptions and a kill loses or doubles anything beside %s',
  async (name, actors) => {
    const begun = performance.now();
    const played = await everySchedule(Object.keys(actors).length, async (schedule) => {
      const { wrong, reached } = await playAndJudge(world, actors, schedule);
      expect(wrong, JSON.stringify(schedule)).toBeUndefined();
      return reached;
    });
    expect(played).toBeGreaterThan(100);
    console.log(`beside ${name}: ${played} schedules in ${Math.round((performance.now() - begun) / 1_000)} s`);
  },
);
