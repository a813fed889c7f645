import { beforeAll, expect, it } from 'vitest';
import { playAndJudge } from './real-actors.ts';
import type { RealWorld } from './real-world.ts';
import { startRealWorld } from './real-world-fixture.ts';
import { SCENARIOS } from './scenarios.ts';
import { everySchedule } from './scheduler.ts';

let world: RealWorld;

beforeAll(async () => {
  const started = await startRealWorld();
  world = started.world;
  return started.stop;
}, 300_000);

it.each(Object.entries(SCENARIOS))(
  'no schedule of two preemptions and a kill loses or doubles anything beside %s',
  async (_, actors) => {
    const played = await everySchedule(Object.keys(actors).length, async (schedule) => {
      const { wrong, reached } = await playAndJudge(world, actors, schedule);
      expect(wrong, JSON.stringify(schedule)).toBeUndefined();
      return reached;
    });
    expect(played).toBeGreaterThan(100);
  },
);
