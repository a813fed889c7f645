import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { readEnvironment, receiptsBucket, variable } from '../adapters/environment.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptLinks } from '../adapters/s3-receipt-links.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { authMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { getReceiptEndpoint } from './endpoint.ts';

const config = readEnvironment({ auth: variable('AUTH', authMode), database: shards, receiptsBucket });
const log = new StructuredLog();
const orders = new PostgresOrderStore(new ShardDatabases(config.database, new DatabaseSecrets(), log));
const links = new S3ReceiptLinks(config.receiptsBucket);

export const handler = httpHandler(
  log,
  getReceiptEndpoint(config.auth, { shards: config.database.shards, orders, links }),
);
