import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { optionalText, readEnvironment, receiptsBucket, variable } from '../adapters/environment.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptReader } from '../adapters/s3-receipt-reader.ts';
import { shards } from '../adapters/shard-variables.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { authMode } from '../http/caller.ts';
import { httpHandler } from '../http/pipeline.ts';
import { getReceiptEndpoint } from './endpoint.ts';

const config = readEnvironment({
  auth: variable('AUTH', authMode),
  database: shards,
  receiptsBucket,
  linkEndpoint: variable('RECEIPT_LINKS_ENDPOINT', optionalText),
});
const log = new StructuredLog();
const orders = new PostgresOrderStore(new ShardDatabases(config.database, new DatabaseSecrets(), log));
const receipts = new S3ReceiptReader(config.receiptsBucket, config.linkEndpoint);

export const handler = httpHandler(
  log,
  getReceiptEndpoint(config.auth, { shards: config.database.shards, orders, receipts }),
);
