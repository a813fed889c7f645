import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Kafka as Broker, startKafka } from '../../local/engines/kafka/start-kafka.ts';
import { createTopic } from '../../tests/support/topics.ts';
import { memoryLog, silentLog } from '../../tooling/log-fixture.ts';
import { cacheDirOf } from '../../tooling/paths.ts';
import { freePort } from '../../tooling/ports.ts';
import { CLUSTER_ARN, declaredCluster, declaredMapping, writeAssembly } from '../assembly/assembly-fixture.ts';
import { EXECUTED_VERSION, FakeLambda, OK, REQUEST_ID, type SeenInvocation } from './lambda-fixture.ts';
import { LOOK_EVERY_MS, startBridge } from './start-bridge.ts';

const dir = mkdtempSync(join(tmpdir(), 'a bridge '));
/** Longer than a dead member of a group holds up its successor, and than the longest pause between two attempts. */
const PATIENCE_MS = 30_000;

let broker: Broker;
let kafka: Kafka;
let lambda: FakeLambda;
let assembly: string;
let topic: string;

beforeAll(async () => {
  broker = await startKafka({
    dir: join(dir, 'kafka'),
    runDir: join(dir, 'run'),
    cacheDir: cacheDirOf(process.env),
    plaintextPort: 0,
    saslAdvertisedPort: 0,
    // Kafka's own default: a topic that the bridge made would lack the settings that the deployment gives it.
    properties: { 'auto.create.topics.enable': 'true' },
    log: silentLog,
  });
  kafka = new Kafka({ brokers: [brokers()], logLevel: logLevel.NOTHING });
});

afterAll(async () => {
  await broker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  topic = `t-${crypto.randomUUID()}`;
  assembly = join(dir, topic);
  lambda = await new FakeLambda().start();
  return async () => void (await lambda.stop());
});

const brokers = () => `127.0.0.1:${broker.plaintextPort}`;

/** Writes the assembly as a whole, in the place of the one before. */
function publish(mappings: Record<string, object>): void {
  const draft = `${assembly}.draft`;
  writeAssembly(draft, { Stream: { Cluster: declaredCluster(brokers()) }, Consumer: mappings });
  rmSync(assembly, { recursive: true, force: true });
  renameSync(draft, assembly);
}

async function bridge(log = silentLog) {
  const started = await startBridge({ assembly, localStackUrl: lambda.url, log });
  onTestFinished(() => started.stop());
  return started;
}

/** Sends the values to one partition, all in one request. */
async function produce(values: readonly string[], to = topic): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: to, messages: values.map((value) => ({ partition: 0, key: 'k', value })) });
  await producer.disconnect();
}

/** The offset up to which the topic's group is done. */
async function committed(): Promise<string | undefined> {
  const admin = kafka.admin();
  await admin.connect();
  const [offsets] = await admin.fetchOffsets({ groupId: `group-${topic}`, topics: [topic] });
  await admin.disconnect();
  return offsets?.partitions[0]?.offset;
}

/** The messages of a topic, from its beginning. */
async function readAll(from: string, count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: crypto.randomUUID() });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: from, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  try {
    await expect.poll(() => values.length).toBeGreaterThanOrEqual(count);
    return values;
  } finally {
    await consumer.disconnect();
  }
}

const has = (value: string) => (invocation: SeenInvocation) =>
  invocation.records.some((record) => record.value === value);

describe('a mapping', () => {
  it('brings batches of its size to its version of the function, as events of its source', async () => {
    await createTopic(kafka, topic, 1);
    await produce(['a', 'b', 'c', 'd', 'e']);
    publish({ Mapping: declaredMapping(topic, { BatchSize: 2 }) });
    await bridge();
    await expect.poll(() => lambda.valuesOf(topic)).toHaveLength(5);
    expect(lambda.invocations.map(({ records }) => records.map(({ value }) => value))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e'],
    ]);
    expect(lambda.invocations[0]).toMatchObject({
      functionName: topic,
      qualifier: 'live',
      eventSourceArn: CLUSTER_ARN,
      bootstrapServers: brokers(),
    });
    await expect.poll(committed).toBe('5');
  });

  it('has only those records tried again that the function reports as failed', async () => {
    await createTopic(kafka, topic, 1);
    await produce(['a', 'b', 'c']);
    let reports = 0;
    lambda.answer = () => {
      reports += 1;
      const itemIdentifier = { partition: `${topic}-0`, offset: 1 };
      return reports > 2 ? OK : { result: { batchItemFailures: [{ itemIdentifier }] } };
    };
    publish({ Mapping: declaredMapping(topic, { FunctionResponseTypes: ['ReportBatchItemFailures'] }) });
    await bridge();
    await expect.poll(committed).toBe('3');
    expect(lambda.valuesOf(topic)).toEqual(['a', 'b', 'c', 'b', 'b']);
  });

  it('puts a record with which the function fails on the dead-letter topic, and brings the rest', async () => {
    const letters = `${topic}-dlt`;
    await createTopic(kafka, topic, 1);
    await createTopic(kafka, letters, 1);
    await produce(['a', 'poison', 'c']);
    lambda.answer = (invocation) => (has('poison')(invocation) ? { functionError: { errorMessage: 'boom' } } : OK);
    publish({
      Mapping: declaredMapping(topic, {
        MaximumRetryAttempts: 1,
        BisectBatchOnFunctionError: true,
        DestinationConfig: { OnFailure: { Destination: `kafka://${letters}` } },
      }),
    });
    await bridge();
    await expect.poll(committed).toBe('3');
    const processed = lambda.invocations.filter((invocation) => !has('poison')(invocation));
    expect(processed.flatMap(({ records }) => records.map(({ value }) => value)).sort()).toEqual(['a', 'c']);
    const [letter = '', ...others] = await readAll(letters, 1);
    expect(others).toEqual([]);
    expect(JSON.parse(letter)).toMatchObject({
      requestContext: { requestId: REQUEST_ID, condition: 'RetriesExhausted' },
      responseContext: { executedVersion: EXECUTED_VERSION, functionError: 'Unhandled' },
      payload: { records: { [`${topic}-0`]: [{ offset: 1, value: Buffer.from('poison').toString('base64') }] } },
    });
  });

  it('counts no attempt and loses nothing while LocalStack throttles, lacks the function, or is away', async () => {
    await createTopic(kafka, topic, 1);
    await produce(['a']);
    const refusals = [
      [429, 'TooManyRequestsException'],
      [404, 'ResourceNotFoundException'],
      [500, 'ServiceException'],
    ] as const;
    lambda.answer = () => {
      const refusal = refusals[lambda.invocations.length - 1];
      return refusal ? { refusal } : OK;
    };
    // Whatever counted as an attempt would be the last.
    publish({ Mapping: declaredMapping(topic, { MaximumRetryAttempts: 0 }) });
    await bridge();
    await expect.poll(committed).toBe('1');
    expect(lambda.valuesOf(topic)).toEqual(['a', 'a', 'a', 'a']);

    const port = await lambda.stop();
    await produce(['b', 'c']);
    await delay(2_000);
    expect(await committed()).toBe('1');
    await lambda.start(port);
    await expect.poll(committed).toBe('3');
    expect(lambda.valuesOf(topic).slice(4)).toEqual(['b', 'c']);
  });
});

describe('the bridge', () => {
  it('waits for its assembly and for topics, says so once, and creates none itself', async () => {
    const log = memoryLog();
    await bridge(log);
    await expect.poll(() => log.lines).toContainEqual(expect.stringMatching(/^warn test waiting for a cloud assembly/));
    publish({ Mapping: declaredMapping(topic) });
    const told = () => log.lines.filter((line) => line.startsWith('info') && line.includes(topic));
    await expect.poll(() => told().length).toBeGreaterThan(0);
    await delay(2.5 * LOOK_EVERY_MS);
    expect(told()).toEqual([
      `info test ${topic} to ${topic}: waiting, because its topic does not exist yet: \`npm run localstack -- deploy\` creates it`,
    ]);
    const admin = kafka.admin();
    await admin.connect();
    expect(await admin.listTopics()).not.toContain(topic);
    await admin.disconnect();

    await createTopic(kafka, topic, 2);
    await produce(['a']);
    await expect.poll(() => lambda.valuesOf(topic)).toContain('a');
  });

  it('waits for brokers, and says so once', async () => {
    const port = await freePort();
    const log = memoryLog();
    writeAssembly(assembly, {
      Stream: { Cluster: declaredCluster(`127.0.0.1:${port}`) },
      Consumer: { Mapping: declaredMapping(topic) },
    });
    await bridge(log);
    const told = () => log.lines.filter((line) => !line.startsWith('debug'));
    await expect.poll(() => told().length).toBeGreaterThan(0);
    await delay(2.5 * LOOK_EVERY_MS);
    expect(told()).toEqual([expect.stringContaining(`Kafka does not respond at 127.0.0.1:${port}`)]);
  });

  it('follows an assembly that is written anew, and leaves alone what has not changed', async () => {
    const other = `${topic}-other`;
    await createTopic(kafka, topic, 1);
    await createTopic(kafka, other, 1);
    const log = memoryLog();
    publish({ Changed: declaredMapping(topic), Same: declaredMapping(other) });
    await bridge(log);
    await produce(['before']);
    await produce(['before'], other);
    await expect.poll(() => lambda.invocations).toHaveLength(2);

    publish({ Changed: declaredMapping(topic, { FunctionName: 'successor:live' }), Same: declaredMapping(other) });
    await expect.poll(() => log.lines.filter((line) => line.includes('starting'))).toHaveLength(3);
    await produce(['after']);
    await produce(['after'], other);
    await expect.poll(() => lambda.valuesOf('successor')).toHaveLength(1);
    await expect.poll(() => lambda.valuesOf(other)).toHaveLength(2);
    expect(lambda.valuesOf('successor')).toEqual(['after']);
    expect(log.lines.filter((line) => line.includes('stopped'))).toHaveLength(1);

    publish({ Same: declaredMapping(other) });
    await expect.poll(() => log.lines.filter((line) => line.includes('stopped'))).toHaveLength(2);
  });

  it('killed in the middle of a batch, has a successor that loses nothing', async () => {
    await createTopic(kafka, topic, 1);
    publish({ Mapping: declaredMapping(topic, { BatchSize: 2 }) });
    const started = Promise.withResolvers<void>();
    lambda.answer = async (invocation) => {
      if (!has('2')(invocation)) return OK;
      started.resolve();
      return new Promise(() => {});
    };
    const first = await bridgeProcess();
    await produce(['0', '1', '2', '3', '4']);
    await started.promise;
    first.kill('SIGKILL');
    await once(first, 'exit');

    lambda.answer = () => OK;
    const second = await bridgeProcess();
    await expect.poll(committed).toBe('5');
    expect(new Set(lambda.valuesOf(topic))).toEqual(new Set(['0', '1', '2', '3', '4']));
    expect(lambda.valuesOf(topic).slice(-3)).toEqual(['2', '3', '4']);
    second.kill('SIGTERM');
    expect(await once(second, 'exit')).toEqual([0, null]);
  });
});

/** A bridge in a process of its own that is up and gives signs of life. */
async function bridgeProcess(): Promise<ChildProcess> {
  const healthFile = join(dir, `${crypto.randomUUID()}.alive`);
  const env = { PATH: process.env.PATH, ASSEMBLY: assembly, LOCALSTACK_URL: lambda.url, HEALTH_FILE: healthFile };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await expect.poll(() => output).toContain('is up');
  expect(Date.now() - Date.parse(readFileSync(healthFile, 'utf8').trim())).toBeLessThan(PATIENCE_MS);
  return child;
}
