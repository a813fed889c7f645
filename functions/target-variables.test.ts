import { describe, expect, it } from 'vitest';
import { readConfig as confirmOrders } from './confirm-orders/config.ts';
import { readConfig as consumeOrders } from './consume-orders/config.ts';
import { readConfig as createOrder } from './create-order/config.ts';
import { readConfig as dlt } from './dlt/config.ts';
import { readConfig as getOrder } from './get-order/config.ts';
import { readConfig as getReceipt } from './get-receipt/config.ts';
import { readConfig as health } from './health/config.ts';
import { readConfig as listOrders } from './list-orders/config.ts';
import { readConfig as migrateShards } from './migrate-shards/config.ts';
import { readConfig as relayOutbox } from './relay-outbox/config.ts';

/** The variables that the function misses in an environment that has none. */
function missing(readConfig: () => unknown): string {
  try {
    readConfig();
  } catch (error) {
    return String(error);
  }
  throw new Error('This function needs no variable.');
}

describe('how a function reaches what it is given', () => {
  it.each(Object.entries({ consumeOrders, createOrder, dlt, health, relayOutbox }))(
    'must be said: %s, Kafka',
    (_, config) => {
      expect(missing(config)).toMatch(/KAFKA_BROKERS.*KAFKA_AUTH/);
    },
  );

  it.each(
    Object.entries({
      confirmOrders,
      createOrder,
      getOrder,
      getReceipt,
      health,
      listOrders,
      migrateShards,
      relayOutbox,
    }),
  )('must be said: %s, databases', (_, config) => {
    expect(missing(config)).toMatch(/SHARD_MAP.*DATABASE_TLS/);
  });

  it.each(Object.entries({ consumeOrders, dlt }))('is nothing of databases for %s', (_, config) => {
    expect(missing(config)).not.toMatch(/SHARD_MAP|DATABASE_TLS/);
  });
});
