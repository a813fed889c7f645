import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { readEnvironment, receiptsBucket, stage } from '../adapters/environment.ts';
import { loggedHandler } from '../adapters/logged-handler.ts';
import { PostgresMoves } from '../adapters/postgres/moves.ts';
import { PostgresOrderLists } from '../adapters/postgres/order-lists.ts';
import { MOVER_LIMITS, ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { PostgresUserErasure } from '../adapters/postgres/user-erasure.ts';
import { S3UserReceipts } from '../adapters/s3-user-receipts.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { carryOut } from './commands.ts';
import { readCommand } from './input.ts';

const config = readEnvironment({ stage, database: shards, receiptsBucket });
const log = new StructuredLog();
const databases = new ShardDatabases(config.database, new DatabaseSecrets(), log, MOVER_LIMITS);
const dependencies = {
  shards: config.database.shards,
  orders: new PostgresOrderLists(databases),
  erasure: new PostgresUserErasure(databases),
  moves: new PostgresMoves(databases),
  receipts: new S3UserReceipts(config.receiptsBucket),
  now: () => new Date(),
  log,
};

/** An operator invokes it through `npm run user`. */
export const handler = loggedHandler(log, (event: unknown) => carryOut(readCommand(event), dependencies));
