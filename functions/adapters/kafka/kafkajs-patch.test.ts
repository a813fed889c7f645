import { createRequire } from 'node:module';
import { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { ClusterClient } from 'kafkajs/src/clusterClient.js';
import { DefaultPartitioner, ProducerClient } from 'kafkajs/src/producerClient.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UndecodableBatchError } from './codecs.ts';

// The internals that patches/kafkajs+2.2.4.patch changes; they have no types.
const require = createRequire(import.meta.url);
const RequestQueue = require('kafkajs/src/network/requestQueue/index.js');
const Decoder = require('kafkajs/src/protocol/decoder.js');
const Encoder = require('kafkajs/src/protocol/encoder.js');
const encodeBatch = require('kafkajs/src/protocol/recordBatch/v0/index.js').RecordBatch;
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const decodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/decoder.js');
const groupMessages = require('kafkajs/src/producer/groupMessagesPerPartition.js');
const gzip = require('kafkajs/src/protocol/message/compression/gzip.js');
const decodeMessages = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js');

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const createQueue = (maxInFlightRequests: number | null = null) =>
  new RequestQueue({
    maxInFlightRequests,
    requestTimeout: 30_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'localhost:9092',
    logger: silent,
  });

let correlationId = 0;
function request(sendRequest: () => void) {
  correlationId += 1;
  const entry = { apiKey: 3, apiName: 'Metadata', apiVersion: 6, correlationId, resolve() {}, reject() {} };
  return { entry, expectResponse: true, sendRequest };
}

describe('the request queue of KafkaJS', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('arms no timer once its requests have a response', () => {
    const queue = createQueue();
    queue.push(request(() => undefined));
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks for no timer in the past', () => {
    const armed = vi.spyOn(globalThis, 'setTimeout');
    const queue = createQueue(1);
    for (let count = 0; count < 3; count++) queue.push(request(() => undefined));
    for (let id = correlationId - 2; id <= correlationId; id++) {
      queue.fulfillRequest({ correlationId: id, payload: Buffer.alloc(0), size: 0 });
    }
    vi.runOnlyPendingTimers();
    expect(armed.mock.calls.filter(([, delay]) => Number(delay) < 0)).toEqual([]);
  });

  it('still sends what a broker’s throttling held back', () => {
    const queue = createQueue();
    const send = vi.fn();
    queue.maybeThrottle(500);
    queue.push(request(send));
    vi.advanceTimersByTime(499);
    expect(send).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(send).toHaveBeenCalledOnce();
  });

  it('does not hold a request back for longer, or give it up, because the clock of the machine was set', () => {
    const queue = createQueue();
    const send = vi.fn();
    queue.maybeThrottle(500);
    queue.push(request(send));
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(501);
    expect(send).toHaveBeenCalledOnce();

    const timed = new RequestQueue({ ...queue, enforceRequestTimeout: true, requestTimeout: 1_000, logger: silent });
    const { entry, ...rest } = request(() => undefined);
    const reject = vi.fn();
    timed.push({ ...rest, entry: { ...entry, reject } });
    timed.scheduleRequestTimeoutCheck();
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(900);
    expect(reject).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() - 7_200_000);
    vi.advanceTimersByTime(300);
    expect(reject).toHaveBeenCalledOnce();
    timed.destroy();
  });
});

describe('the record decoder of KafkaJS', () => {
  const decode = (headers: Record<string, unknown>) => {
    const record = new Decoder(encodeRecord({ key: null, value: null, headers }).buffer);
    record.readVarInt();
    return decodeRecord(record, { firstOffset: '0', firstTimestamp: '0' });
  };

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'takes a header called %s like any other',
    (name) => {
      const once = Object.fromEntries([[name, Buffer.from('a')]]);
      expect(Object.entries(decode(once).headers)).toEqual([[name, Buffer.from('a')]]);
      const twice = Object.fromEntries([[name, [Buffer.from('a'), Buffer.from('b')]]]);
      expect(Object.entries(decode(twice).headers)).toEqual([[name, [Buffer.from('a'), Buffer.from('b')]]]);
      expect(decode({ other: Buffer.from('a') }).headers[name]).toBeUndefined();
    },
  );

  it('does not copy the headers that it has for each one more', () => {
    const distinct = Array.from({ length: 10_000 }, (_, index) => [`h${index}`, Buffer.from('a')]);
    const repeated = Array.from({ length: 10_000 }, () => Buffer.from('b'));
    const record = Object.fromEntries([...distinct, ['repeated', repeated]]);
    const concat = vi.spyOn(Array.prototype, 'concat');
    const { headers } = decode(record);
    const copied = concat.mock.results.reduce((sum, { value }) => sum + value.length, 0);
    concat.mockRestore();
    expect(Object.keys(headers)).toHaveLength(10_001);
    expect(headers.repeated).toHaveLength(10_000);
    expect(copied).toBeLessThan(20_000);
  });
});

describe('the record encoder of KafkaJS', () => {
  const written = (record: object) => {
    const { buffer } = encodeRecord(record);
    const decoder = new Decoder(buffer);
    const length = decoder.readVarInt();
    expect(length).toBe(buffer.length - decoder.offset);
    return decodeRecord(decoder, { firstOffset: '0', firstTimestamp: '0' });
  };

  // Around the sizes of varints, and of the buffer that an encoder begins with.
  it.each([0, 1, 63, 64, 500, 512, 8_191, 8_192, 70_000])('writes key, value and headers of %d bytes', (bytes) => {
    const [key, value] = ['ä'.repeat(bytes), Buffer.alloc(bytes, 7)];
    const headers = { ce_id: 'é'.repeat(bytes), twice: [Buffer.alloc(bytes, 1), Buffer.alloc(bytes, 2)] };
    expect(written({ key, value, headers })).toMatchObject({
      key: Buffer.from(key),
      value,
      headers: { ce_id: Buffer.from(headers.ce_id), twice: headers.twice },
    });
  });

  it.each([0, 1, -1, 63, -64, 64, 2 ** 30 - 1, 2 ** 30, -(2 ** 30), -(2 ** 30) - 1, 2 ** 40, -(2 ** 40)])(
    'writes a time that is %d ms from the batch’s',
    (timestampDelta) => {
      const record = written({ key: null, value: null, timestampDelta, offsetDelta: 5 });
      expect(record).toMatchObject({ timestamp: String(timestampDelta), offset: '5', key: null, value: null });
    },
  );

  it.each([0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 31 - 1, -1, -(2 ** 31)])('writes %d as a varint', (number) => {
    const encoder = new Encoder(1).writeVarInt(number);
    expect(encoder.size()).toBe(Encoder.sizeOfVarInt(number));
    expect(new Decoder(encoder.buffer).readVarInt()).toBe(number);
  });
});

describe('the producer of KafkaJS', () => {
  it('gives each partition its messages in order, however many they are', () => {
    const messages = Array.from({ length: 300_000 }, (_, index) => ({ value: String(index), partition: index % 3 }));
    const partitioner = ({ message }: { message: { partition: number } }) => message.partition;
    const grouped = groupMessages({ topic: 'orders', partitionMetadata: [{}, {}, {}], messages, partitioner });
    expect(Object.keys(grouped)).toEqual(['0', '1', '2']);
    for (const [partition, some] of Object.entries<typeof messages>(grouped)) {
      expect(some).toEqual(messages.filter((message) => message.partition === Number(partition)));
    }
  });

  it('comes without consumer and admin client for those who only produce', () => {
    const config = { brokers: ['localhost:9092'], logLevel: logLevel.NOTHING };
    const createPartitioner = Partitioners.DefaultPartitioner;
    const [only, whole] = [new ProducerClient(config), new Kafka(config)];
    expect(only).not.toHaveProperty('admin');
    expect(DefaultPartitioner).toBe(createPartitioner);
    expect(Object.keys(only.producer({ createPartitioner }))).toEqual(
      Object.keys(whole.producer({ createPartitioner })),
    );
  });

  it('comes apart from what only connects and asks for metadata', () => {
    const client = new ClusterClient({ brokers: ['localhost:9092'], logLevel: logLevel.NOTHING });
    expect(client).not.toHaveProperty('producer');
    expect(client.cluster()).toMatchObject({ connect: expect.any(Function), metadata: expect.any(Function) });
  });
});

describe('the batch decoder of KafkaJS', () => {
  // Whatever codecs another test has registered in this process, this one writes with KafkaJS's own.
  const formerGzip = CompressionCodecs[CompressionTypes.GZIP];
  beforeEach(() => {
    CompressionCodecs[CompressionTypes.GZIP] = () => gzip;
  });
  afterEach(() => {
    CompressionCodecs[CompressionTypes.GZIP] = formerGzip;
  });

  const batch = async (firstOffset: number, records: number, compression = CompressionTypes.None) => {
    const value = Buffer.from('x');
    const encoded = Array.from({ length: records }, (_, offsetDelta) =>
      encodeRecord({ offsetDelta, key: null, value }),
    );
    const { buffer } = await encodeBatch({ firstOffset, lastOffsetDelta: records - 1, records: encoded, compression });
    return buffer;
  };
  const decode = (...batches: Buffer[]) => {
    const all = Buffer.concat(batches);
    return decodeMessages(new Decoder(Buffer.concat([new Encoder().writeInt32(all.length).buffer, all])));
  };
  const failWith = (error: Error) => {
    CompressionCodecs[CompressionTypes.GZIP] = () => ({ ...gzip, decompress: () => Promise.reject(error) });
  };

  it('takes a batch of more records than a call can have arguments', async () => {
    const messages = await decode(await batch(0, 200_000));
    expect([messages.length, messages.at(-1).offset]).toEqual([200_000, '199999']);
  });

  it('lets one message stand for a batch that its codec leaves out, and reads the others', async () => {
    const error = new UndecodableBatchError('It cannot be decompressed.');
    failWith(error);
    const messages = await decode(await batch(0, 2), await batch(2, 3, CompressionTypes.GZIP), await batch(5, 1));
    const plain = { value: Buffer.from('x') };
    expect(messages).toMatchObject([
      { offset: '0', ...plain },
      { offset: '1', ...plain },
      { offset: '4', key: null, value: null, undecodable: error },
      { offset: '5', ...plain },
    ]);
  });

  it('fails for any other error', async () => {
    failWith(new TypeError('a defect'));
    await expect(decode(await batch(0, 1, CompressionTypes.GZIP))).rejects.toThrow('a defect');
  });
});
