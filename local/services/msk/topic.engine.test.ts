import kafkajs from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { memoryLog, silentLog } from '../../../tooling/log-fixture.ts';
import { plaintextKafka } from './kafka-client.ts';
import { ensureTopic, type TopicDefinition } from './topic.ts';

const client = new kafkajs.Kafka({
  brokers: [`localhost:${inject('kafka').port}`],
  logLevel: kafkajs.logLevel.NOTHING,
});
const admin = client.admin();
const connection = plaintextKafka({ clientId: 'test', bootstrapServers: `localhost:${inject('kafka').port}` });
const ensure = (topic: TopicDefinition, log = silentLog) => ensureTopic(connection, topic, log);
let name: string;

beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());
beforeEach(() => {
  name = crypto.randomUUID();
});

async function partitionsOf(): Promise<number | undefined> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  return topics[0]?.partitions.length;
}

async function retention(): Promise<string | undefined> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['retention.ms'] };
  const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
  return resources[0]?.configEntries[0]?.configValue;
}

describe('ensureTopic', () => {
  it('creates a topic as declared', async () => {
    await ensure({ name, partitions: 2, configs: { 'retention.ms': '1000' } });
    await expect.poll(partitionsOf).toBe(2);
    await expect.poll(retention).toBe('1000');
  });

  it('brings a topic of an earlier run to more partitions and another configuration', async () => {
    await ensure({ name, partitions: 1, configs: { 'retention.ms': '1000' } });
    await ensure({ name, partitions: 3, configs: { 'retention.ms': '2000' } });
    await expect.poll(partitionsOf).toBe(3);
    await expect.poll(retention).toBe('2000');
  });

  it('leaves a topic its partitions when the template has fewer, and says what to do', async () => {
    const log = memoryLog();
    await ensure({ name, partitions: 3, configs: { 'retention.ms': '1000' } }, log);
    expect(log.lines).toEqual([]);
    await ensure({ name, partitions: 2, configs: { 'retention.ms': '2000' } }, log);
    expect(log.lines).toEqual([
      expect.stringMatching(/^warn .*has 3 partitions and its template 2\..*`npm run reset`\.$/),
    ]);
    expect(await partitionsOf()).toBe(3);
    await expect.poll(retention).toBe('2000');
  });
});
