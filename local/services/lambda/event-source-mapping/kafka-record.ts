export interface RecordFields {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
}

/** Far more than an event may have. A larger record is counted without making its text: it may exceed what a string can be. */
const MAX_TEXT_BYTES = 32 * 1024 * 1024;
/** Where the numbers of a header are written. */
let digits = Buffer.alloc(4096);

/** A record as it was fetched, and as it is in an event. The latter is made once: it is most of the poller's work. */
export class KafkaRecord implements RecordFields {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly timestampType: RecordFields['timestampType'];
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordFields['headers'];
  #json: string | undefined;
  #eventBytes: number | undefined;

  constructor(fields: RecordFields) {
    this.topic = fields.topic;
    this.partition = fields.partition;
    this.offset = fields.offset;
    this.timestamp = fields.timestamp;
    this.timestampType = fields.timestampType;
    this.key = fields.key;
    this.value = fields.value;
    this.headers = fields.headers;
  }

  /** The record in an event. @throws RangeError when it is larger than a string may be */
  get json(): string {
    this.#json ??= this.#text(base64, listOf);
    return this.#json;
  }

  /** How many bytes it takes up in an event, with the comma behind it. */
  get eventBytes(): number {
    this.#eventBytes ??= this.#isHuge ? this.#countBytes() : Buffer.byteLength(this.json) + 1;
    return this.#eventBytes;
  }

  get #isHuge(): boolean {
    let bytes = (this.key?.length ?? 0) + (this.value?.length ?? 0);
    for (const [, part] of this.headers) bytes += part.length;
    return bytes > MAX_TEXT_BYTES;
  }

  #countBytes(): number {
    let bytes = Buffer.byteLength(this.#text(nothing, nothing)) + 1;
    for (const part of [this.key, this.value]) bytes += Math.ceil((part?.length ?? 0) / 3) * 4;
    for (const [, part] of this.headers) bytes += listLength(part);
    return bytes;
  }

  /** @param encode for key and value @param list for the bytes of a header */
  #text(encode: (bytes: Buffer) => string, list: (bytes: Buffer) => string): string {
    const { topic, partition, offset, timestamp, timestampType, key, value } = this;
    const place = `"topic":${JSON.stringify(topic)},"partition":${partition},"offset":${offset}`;
    const time = `"timestamp":${timestamp},"timestampType":"${timestampType}"`;
    const keyField = key ? `"key":"${encode(key)}",` : '';
    const valueField = value ? `"value":"${encode(value)}",` : '';
    const headers = this.headers.map(([name, bytes]) => `{${JSON.stringify(name)}:[${list(bytes)}]}`);
    return `{${place},${time},${keyField}${valueField}"headers":[${headers.join(',')}]}`;
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

function nothing(): string {
  return '';
}

/** `1,23,255`: written by hand, which takes a third of the time that joining takes. */
function listOf(bytes: Buffer): string {
  if (digits.length < 4 * bytes.length) digits = Buffer.alloc(4 * bytes.length);
  const zero = 48;
  let at = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    if (index > 0) digits[at++] = 44;
    if (byte > 99) digits[at++] = zero + Math.floor(byte / 100);
    if (byte > 9) digits[at++] = zero + (Math.floor(byte / 10) % 10);
    digits[at++] = zero + (byte % 10);
  }
  return digits.toString('latin1', 0, at);
}

function listLength(bytes: Buffer): number {
  let length = Math.max(0, bytes.length - 1);
  for (const byte of bytes) length += byte < 10 ? 1 : byte < 100 ? 2 : 3;
  return length;
}
