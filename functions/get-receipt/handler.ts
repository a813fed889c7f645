import { optionalText, readEnvironment, receiptsBucket, variable } from '../adapters/environment.ts';
import { openDatabases } from '../adapters/postgres/open-databases.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
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
const orders = new PostgresOrderStore(await openDatabases(config.database, log));
const receipts = new S3ReceiptReader(config.receiptsBucket, config.linkEndpoint);

export const handler = httpHandler(
  log,
  getReceiptEndpoint(config.auth, { shards: config.database.shards, orders, receipts }),
);
