import { DatabaseSecrets } from '../adapters/database-secrets.ts';
import { PostgresOrderStore } from '../adapters/postgres/order-store.ts';
import { ShardDatabases } from '../adapters/postgres/shard-databases.ts';
import { S3ReceiptLinks } from '../adapters/s3-receipt-links.ts';
import { StructuredLog } from '../adapters/structured-log.ts';
import { httpHandler } from '../http/pipeline.ts';
import { readConfig } from './config.ts';
import { getReceiptEndpoint } from './endpoint.ts';

const config = readConfig();
const log = new StructuredLog();
const orders = new PostgresOrderStore(
  new ShardDatabases({ shards: config.SHARD_MAP, tls: config.DATABASE_TLS }, new DatabaseSecrets(), log),
);
const links = new S3ReceiptLinks(config.RECEIPTS_BUCKET);

/** `GET /api/orders/{id}/receipt` */
export const handler = httpHandler(log, getReceiptEndpoint(config.AUTH, { shards: config.SHARD_MAP, orders, links }));
