import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import { cloudEventMessage } from '../../../functions/adapters/kafka/cloud-event.ts';
import { ORDER_CREATED } from '../../../functions/contract/events/order-created.ts';
import { TOPICS } from '../../../functions/contract/topics.ts';
import { orderCreated } from '../../../functions/domain/events.ts';
import { formatMoney } from '../../../functions/domain/money.ts';
import type { Order } from '../../../functions/domain/order.ts';
import { DEFAULT_SHARD_MAP, shardDatabase, shardFor } from '../../../functions/domain/shard-map.ts';
import type { Random } from '../../chaos/random.ts';
import { operatorConnection } from '../../operator-query.ts';
import type { OwnAddresses } from '../../own-addresses.ts';
import { someOrder } from '../load/orders.ts';

const BATCH = 2_000;
const STORE = `
  INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at, event_published_at)
  SELECT id, user_id, product_name, quantity, price, 'created', at, at, at
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::numeric[], $6::timestamptz[])
    AS given (id, user_id, product_name, quantity, price, at)`;

/** Stores orders and publishes their events, without the functions that otherwise do. */
export async function makeBacklog(addresses: OwnAddresses, count: number, random: Random): Promise<void> {
  const kafka = new Kafka({ brokers: [addresses.kafka], logLevel: logLevel.ERROR });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const pools = new Map(
    Object.entries(addresses.databases).map(([name, url]) => [name, new pg.Pool(operatorConnection(url))]),
  );
  await producer.connect();
  try {
    for (let made = 0; made < count; made += BATCH) {
      const orders = Array.from({ length: Math.min(BATCH, count - made) }, () => newOrder(random));
      for (const [shard, ofIt] of Map.groupBy(orders, ({ userId }) => shardFor(DEFAULT_SHARD_MAP, userId))) {
        await pools.get(shardDatabase(shard))?.query(STORE, columnsOf(ofIt));
      }
      const messages = orders.map((order) =>
        cloudEventMessage(ORDER_CREATED, orderCreated(order, shardFor(DEFAULT_SHARD_MAP, order.userId))),
      );
      await producer.send({ topic: TOPICS.orders, messages });
    }
  } finally {
    await Promise.all([producer.disconnect(), ...[...pools.values()].map((pool) => pool.end())]);
  }
}

function newOrder(random: Random): Order {
  const { user_id: userId, product_name: productName, quantity, price } = someOrder(random);
  const now = new Date();
  const request = { userId, productName, quantity, price: BigInt(Math.round(price * 100)) };
  return { id: newId(), ...request, status: 'created', createdAt: now, updatedAt: now };
}

function columnsOf(orders: readonly Order[]) {
  return [
    orders.map(({ id }) => id),
    orders.map(({ userId }) => userId),
    orders.map(({ productName }) => productName),
    orders.map(({ quantity }) => quantity),
    orders.map(({ price }) => formatMoney(price)),
    orders.map(({ createdAt }) => createdAt),
  ];
}
