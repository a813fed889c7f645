import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDirOf } from '../../../tooling/paths.ts';
import { type Kafka, startKafka } from '../../engines/kafka/start-kafka.ts';
import { silentLog } from '../../testing.ts';
import { ensureTopic } from './topic.ts';

const dir = mkdtempSync(join(tmpdir(), 'kafka-topic-'));
let broker: Kafka;
let client: kafkajs.Kafka;
let admin: Admin;

beforeAll(async () => {
  const cacheDir = cacheDirOf(process.env);
  const runDir = join(dir, 'run');
  broker = await startKafka({ dir: join(dir, 'data'), runDir, cacheDir, operatorPort: 0, mskPort: 0, log: silentLog });
  client = new kafkajs.Kafka({ brokers: [`localhost:${broker.port}`], logLevel: kafkajs.logLevel.NOTHING });
  admin = client.admin();
  await admin.connect();
});

afterAll(async () => {
  await admin?.disconnect();
  await broker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function partitionsOf(topic: string): Promise<number | undefined> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length;
}

async function configOf(topic: string, name: string): Promise<string | undefined> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [name] };
  const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
  return resources[0]?.configEntries[0]?.configValue;
}

describe('ensureTopic', () => {
  it('creates a topic as declared', async () => {
    await ensureTopic(client, { name: 'new', partitions: 2, configs: { 'retention.ms': '1000' } });
    expect(await partitionsOf('new')).toBe(2);
    expect(await configOf('new', 'retention.ms')).toBe('1000');
  });

  it('brings a topic of an earlier run to more partitions and another configuration', async () => {
    await ensureTopic(client, { name: 'grown', partitions: 1, configs: { 'retention.ms': '1000' } });
    await ensureTopic(client, { name: 'grown', partitions: 3, configs: { 'retention.ms': '2000' } });
    expect(await partitionsOf('grown')).toBe(3);
    expect(await configOf('grown', 'retention.ms')).toBe('2000');
  });

  it('refuses to shrink a topic', async () => {
    await ensureTopic(client, { name: 'large', partitions: 3, configs: {} });
    await expect(ensureTopic(client, { name: 'large', partitions: 2, configs: {} })).rejects.toThrow(
      'cannot remove any',
    );
  });
});
