import { type MessageToProduce, type ProduceOptions, Producer } from '@platformatic/kafka';
import type { OwnAddresses } from '../../scripts/own-addresses.ts';
import { eventOf } from './events.ts';

type Odd = Pick<ProduceOptions<Buffer, Buffer, Buffer, Buffer>, 'compression'> & { readonly message: Message };
type Message = Omit<MessageToProduce, 'topic' | 'partition'>;

/** Where a record is: `<topic>-<partition>-<offset>`. */
export type Place = string;

export interface Sent {
  /** The ids of the orders whose events are as they should be. */
  readonly good: Set<string>;
  /** The odd records: the id of the order where the record has a valid event all the same. */
  readonly odd: Map<Place, { readonly kind: string; readonly orderId?: string }>;
}

const PARTITIONS = 3;
/** One record in so many is odd. */
const ODD_ONE_IN = 100;
const GOOD_AT_ONCE = 200;
const ORDERS = 'orders';

/** Sends records to `orders`, one in a hundred of them odd, to three of its partitions. */
export async function sendOddRecords(addresses: OwnAddresses, count: number, random: () => number): Promise<Sent> {
  const producer = new Producer({ clientId: 'odd-records', bootstrapBrokers: [addresses.kafka], retries: 10 });
  const sent: Sent = { good: new Set(), odd: new Map() };
  const kinds = Object.entries(ODD_KINDS);
  const send = (partition: number, messages: Message[], compression?: Odd['compression']) =>
    producer.send({
      messages: messages.map((message) => ({ topic: ORDERS, partition, ...message })),
      ...(compression && { compression }),
    });
  try {
    for (let n = 0; n < count; n += GOOD_AT_ONCE) {
      const partition = Math.floor(random() * PARTITIONS);
      const odd = Math.round(GOOD_AT_ONCE / ODD_ONE_IN);
      const events = Array.from({ length: GOOD_AT_ONCE - odd }, () => newEvent());
      for (const { orderId } of events) sent.good.add(orderId);
      await send(
        partition,
        events.map(({ message }) => message),
      );
      for (let m = 0; m < odd; m += 1) {
        // Each kind in turn, so that every one comes even among few records.
        const [kind, make] = kinds[sent.odd.size % kinds.length] as (typeof kinds)[number];
        const event = newEvent();
        const { message, compression } = make(random, event.message);
        const { offsets = [] } = await send(partition, [message], compression).catch((cause: Error) => {
          throw new Error(`The broker does not take the kind '${kind}'.`, { cause });
        });
        const isValid = message.value === event.message.value;
        const place = `${ORDERS}-${partition}-${offsets[0]?.offset}`;
        sent.odd.set(place, { kind, ...(isValid && { orderId: event.orderId }) });
      }
    }
    return sent;
  } finally {
    await producer.close();
  }
}

const bytes = (text: string) => Buffer.from(text);
const randomBytes = (random: () => number, size: number) =>
  Buffer.from(Array.from({ length: Math.floor(random() * size) }, () => Math.floor(random() * 256)));
const headersOf = (...names: string[]) => new Map(names.map((name) => [bytes(name), bytes('1')]));

/** How each kind is made of a valid message. */
const ODD_KINDS: Readonly<Record<string, (random: () => number, valid: Message) => Odd>> = {
  snappy: (_, message) => ({ message, compression: 'snappy' }),
  lz4: (_, message) => ({ message, compression: 'lz4' }),
  zstd: (_, message) => ({ message, compression: 'zstd' }),
  gzip: (_, message) => ({ message, compression: 'gzip' }),
  'compressed junk': () => ({ message: { value: bytes('junk '.repeat(1_000)) }, compression: 'lz4' }),
  'names of an object': (_, message) => ({
    message: { ...message, headers: headersOf('constructor', 'toString', '__proto__', 'constructor') },
  }),
  '5,000 headers': () => ({
    message: { value: bytes('many'), headers: headersOf(...Array.from({ length: 5_000 }, (_, n) => `h${n}`)) },
  }),
  'a time that is no date': (_, message) => ({ message: { ...message, timestamp: -9_000_000_000_000_000n } }),
  'the first time': () => ({ message: { value: bytes('early'), timestamp: 0n } }),
  tombstone: () => ({ message: { key: bytes('alice') } }),
  nothing: () => ({ message: {} }),
  'another schema': () => ({ message: { value: bytes('{"event_type":"order.created","quantity":"two"}') } }),
  '40 KB': () => ({ message: { value: bytes('x'.repeat(40 * 1024)) } }),
  '900 KB': () => ({ message: { value: bytes('x'.repeat(900 * 1024)) } }),
  'a key of 700 KB': () => ({ message: { key: Buffer.alloc(700 * 1024, 'k'), value: bytes('key') } }),
  'a header of 1 MB': () => ({
    message: { value: bytes('header'), headers: new Map([[bytes('h'), Buffer.alloc(1_000_000, 0xff)]]) },
  }),
  '5 MB of compressed text': () => ({ message: { value: Buffer.alloc(5_000_000, 'text ') }, compression: 'gzip' }),
  'random bytes': (random) => ({
    message: {
      key: randomBytes(random, 50),
      value: randomBytes(random, 2_000),
      headers: new Map(Array.from({ length: 5 }, () => [randomBytes(random, 20), randomBytes(random, 50)])),
      timestamp: BigInt(Math.floor((random() - 1) * Number.MAX_SAFE_INTEGER)),
    },
  }),
};

/** The event of an order that no shard knows; consumers cannot tell. */
function newEvent(): { orderId: string; message: Message & { value: Buffer } } {
  const orderId = crypto.randomUUID();
  return { orderId, message: { key: bytes('alice'), value: bytes(eventOf(orderId, 'alice')) } };
}
