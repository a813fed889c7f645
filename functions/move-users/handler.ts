import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { EmbeddedMetrics } from '../adapters/embedded-metrics.ts';
import { readEnvironment, stage } from '../adapters/environment.ts';
import { loggedHandler } from '../adapters/logged-handler.ts';
import { PostgresMoveReader } from '../adapters/postgres/move-reader.ts';
import { PostgresMoverLock } from '../adapters/postgres/mover-lock.ts';
import { PostgresMoves } from '../adapters/postgres/moves.ts';
import { PostgresOwnerRepair } from '../adapters/postgres/owner-repair.ts';
import { MOVER_LIMITS, ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { PostgresStoredOrders } from '../adapters/postgres/stored-orders.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { carryOut } from './commands.ts';
import { readCommand } from './input.ts';
import { runMover } from './run-mover.ts';

const config = readEnvironment({ stage, database: shards });
const log = new StructuredLog();
const databases = new ShardDatabases(config.database, new DatabaseSecrets(), log, MOVER_LIMITS);
const dependencies = {
  shards: config.database.shards,
  moves: new PostgresMoves(databases),
  reader: new PostgresMoveReader(databases),
  repair: new PostgresOwnerRepair(databases),
  stored: new PostgresStoredOrders(databases),
  lock: new PostgresMoverLock(databases, config.database.shards),
  metrics: new EmbeddedMetrics(log, config.stage),
  now: () => new Date(),
  log,
};

/** A schedule invokes it to go on moving users, and an operator through `npm run shards`. */
export const handler = loggedHandler(log, async (event: unknown): Promise<unknown> => {
  const command = readCommand(event);
  return command === undefined ? runMover(dependencies) : carryOut(command, dependencies);
});
