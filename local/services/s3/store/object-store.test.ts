import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../../../tooling/errors.ts';
import { temporaryFolder } from '../../services-fixture.ts';
import { ObjectStore } from './object-store.ts';
import type { StoredObject } from './stored.ts';

const BUCKET = 'the-bucket';
const LARGE = Buffer.alloc(300_000, 'large ');
const CHECKSUM = { algorithm: 'CRC32', type: 'FULL_OBJECT', value: 'AAAAAA==' } as const;

let dir: string;
let store: ObjectStore;
beforeEach(() => {
  dir = join(temporaryFolder(), 's3');
  store = open();
  store.createBucket(BUCKET);
});

function open(): ObjectStore {
  const opened = new ObjectStore(dir);
  onTestFinished(() => opened.close());
  return opened;
}

async function put(key: string, bytes: Uint8Array, condition?: (current: StoredObject | undefined) => void) {
  const content = await store.receive([bytes]);
  return store.put(BUCKET, key, { content, etag: 'etag', checksum: CHECKSUM, headers: {} }, condition);
}

async function read(key: string): Promise<Buffer | undefined> {
  const object = store.find(BUCKET, key);
  if (!object) return undefined;
  const bytes = store.read(object);
  return Buffer.isBuffer(bytes) ? bytes : buffer(bytes);
}

const files = () => readdirSync(join(dir, 'blobs'));

describe('an object', () => {
  it.each([
    ['small', Buffer.from('small')],
    ['large', LARGE],
    ['empty', Buffer.alloc(0)],
  ])('that is %s is there again when the store is opened once more', async (key, bytes) => {
    await put(key, bytes);
    store.close();
    store = open();
    expect((await read(key))?.equals(bytes)).toBe(true);
  });

  it('that is large lies in one file, which goes when it is replaced or deleted', async () => {
    await put('key', LARGE);
    expect(files()).toHaveLength(1);
    await put('key', Buffer.from('small'));
    expect(files()).toEqual([]);
    await put('key', LARGE);
    store.delete(BUCKET, 'key');
    expect(files()).toEqual([]);
  });

  it('is read to its end also when it is replaced meanwhile', async () => {
    await put('key', LARGE);
    const reading = store.read(store.find(BUCKET, 'key') as StoredObject);
    await put('key', Buffer.from('other'));
    expect((await buffer(reading as never)).equals(LARGE)).toBe(true);
    await expect.poll(files).toEqual([]);
  });

  it('leaves nothing behind when its bytes do not arrive whole', async () => {
    const source = (async function* () {
      yield LARGE;
      throw new Error('the client left');
    })();
    await expect(store.receive(source)).rejects.toThrow('the client left');
    expect(files()).toEqual([]);
  });

  it('stays as it was when the condition of a write does not hold', async () => {
    await put('key', Buffer.from('first'));
    const refuse = () => {
      throw new Error('no');
    };
    await expect(put('key', LARGE, refuse)).rejects.toThrow('no');
    expect(String(await read('key'))).toBe('first');
    expect(files()).toEqual([]);
  });

  it('shares its file with a copy, and either may go first', async () => {
    const original = await put('original', LARGE);
    const content = await store.share(original);
    store.put(BUCKET, 'copy', { content, etag: 'etag', checksum: CHECKSUM, headers: {} });
    store.delete(BUCKET, 'original');
    expect((await read('copy'))?.equals(LARGE)).toBe(true);
  });
});

describe('an upload in parts', () => {
  const part = async (number: number, bytes: Buffer) => {
    const segment = await store.files.write([bytes]);
    return { ...segment, number, etag: 'e', modified: new Date(), checksum: 'AAAAAA==' };
  };

  it('becomes an object of its parts, without those that it does not need', async () => {
    const upload = store.uploads.begin(BUCKET, 'key', { headers: {}, checksum: undefined });
    const parts = [await part(1, LARGE), await part(2, Buffer.from('!')), await part(3, Buffer.from('unused'))];
    for (const each of parts) store.uploads.put(upload, each);
    const segments = parts.slice(0, 2).map(({ file, size, number }) => ({ file, size, number }));
    const content = { size: LARGE.length + 1, segments };
    store.put(BUCKET, 'key', { content, etag: 'e-2', checksum: CHECKSUM, headers: {} }, undefined, upload);
    expect((await read('key'))?.equals(Buffer.concat([LARGE, Buffer.from('!')]))).toBe(true);
    expect(files()).toHaveLength(2);
    expect(store.uploads.find(BUCKET, 'key', upload.id)).toBeUndefined();
  });

  it('leaves nothing when it is aborted, and takes no more parts', async () => {
    const upload = store.uploads.begin(BUCKET, 'key', { headers: {}, checksum: undefined });
    store.uploads.put(upload, await part(1, LARGE));
    store.uploads.put(upload, await part(1, Buffer.from('once more')));
    expect(files()).toHaveLength(1);
    store.uploads.abort(upload);
    expect(files()).toEqual([]);
    expect(store.uploads.put(upload, await part(2, LARGE))).toBe(false);
  });

  it('is kept when the store is opened once more', async () => {
    const upload = store.uploads.begin(BUCKET, 'key', { headers: {}, checksum: undefined });
    store.uploads.put(upload, await part(1, LARGE));
    store.close();
    store = open();
    expect(store.uploads.parts(upload)).toMatchObject([{ number: 1, size: LARGE.length }]);
    expect(files()).toHaveLength(1);
  });
});

describe('the folder of a store', () => {
  it('is for its owner alone', async () => {
    const umask = process.umask(0o022);
    onTestFinished(() => void process.umask(umask));
    dir = join(temporaryFolder(), 's3');
    store = open();
    store.createBucket(BUCKET);
    await put('key', LARGE);
    expect([statSync(dir).mode & 0o777, statSync(join(dir, 'blobs')).mode & 0o777]).toEqual([0o700, 0o700]);
  });

  it('is refused when another version has written it, and left as it is', () => {
    const former = join(temporaryFolder(), 's3');
    mkdirSync(join(former, 'order-receipts'), { recursive: true });
    writeFileSync(join(former, 'order-receipts', 'key._S3rver_object'), 'receipt');
    expect(() => new ObjectStore(former)).toThrow(UserError);
    expect(() => new ObjectStore(former)).toThrow('npm run reset');
    expect(readdirSync(former)).toEqual(['order-receipts']);
  });

  it('is refused when its index has another schema', () => {
    store.close();
    const database = new DatabaseSync(join(dir, 'objects.sqlite'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => new ObjectStore(dir)).toThrow('npm run reset');
    database.open();
    database.exec('PRAGMA user_version = 1');
    database.close();
    store = open();
  });
});
