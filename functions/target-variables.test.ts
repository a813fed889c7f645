import { describe, expect, it } from 'vitest';

/** What a function says at cold start in an environment that has no variables. */
async function missing(folder: string): Promise<string> {
  return import(`./${folder}/handler.ts`).then(
    () => Promise.reject(new Error('This function needs no variable.')),
    (error) => String(error),
  );
}

describe('how a function reaches what it is given', () => {
  it.each(['consume-orders', 'create-order', 'dlt', 'health', 'relay-outbox'])(
    'must be said: %s, Kafka',
    async (folder) => {
      expect(await missing(folder)).toMatch(/KAFKA_BROKERS.*KAFKA_AUTH/);
    },
  );

  it.each([
    'confirm-orders',
    'create-order',
    'get-order',
    'get-receipt',
    'health',
    'list-orders',
    'migrate-shards',
    'relay-outbox',
  ])('must be said: %s, databases', async (folder) => {
    expect(await missing(folder)).toMatch(/SHARD_MAP.*DATABASE_TLS/);
  });

  it.each(['consume-orders', 'dlt'])('is nothing of databases for %s', async (folder) => {
    expect(await missing(folder)).not.toMatch(/SHARD_MAP|DATABASE_TLS/);
  });
});
