import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPostgres } from '../support/engines.ts';
import { RealWorld } from './real-world.ts';

/** Two shards on a Postgres server of their own. @returns also what ends all of it */
export async function startRealWorld(): Promise<{ readonly world: RealWorld; readonly stop: () => Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'orderflow-schedules-'));
  const { server, access } = await startTestPostgres(dir);
  const world = await RealWorld.create(access);
  const stop = async () => {
    await world.close();
    await server.stop();
    rmSync(dir, { recursive: true });
  };
  return { world, stop };
}
