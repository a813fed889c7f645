import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { type ObjectStore, startObjectStore } from './start-object-store.ts';

const Bucket = 'receipts';
const dir = mkdtempSync(join(tmpdir(), 'object-store-'));
let store: ObjectStore;
let s3: S3Client;

async function start() {
  store = await startObjectStore({ dir: join(dir, 's3'), runDir: join(dir, 'run'), log: silentLog });
  const { url: endpoint, credentials } = store;
  s3 = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
}

const put = (Key: string, Body: string | Uint8Array, more = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const read = async (Key: string) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

async function listAll(options: { Prefix?: string; MaxKeys?: number } = {}): Promise<string[]> {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken, ...options }));
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return keys;
}

/** @returns the process that was killed */
function kill(): number {
  const pid = store.pid as number;
  process.kill(pid, 'SIGKILL');
  return pid;
}

const restarted = (killed: number) => expect.poll(() => store.pid ?? killed).not.toBe(killed);

beforeAll(async () => {
  await start();
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  await store.stop();
  rmSync(dir, { recursive: true });
});

describe('the S3 server', () => {
  it('stores, describes, copies and deletes objects', async () => {
    await put('a/one.txt', 'text', { ContentType: 'text/plain', Metadata: { order: '1' } });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a/one.txt' }));
    expect(head).toMatchObject({ ContentType: 'text/plain', ContentLength: 4, Metadata: { order: '1' } });
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'a/two.txt', CopySource: `${Bucket}/a/one.txt` }));
    expect(await read('a/two.txt')).toBe('text');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/one.txt' }));
    await expect(read('a/one.txt')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await listAll({ Prefix: 'a/' })).toEqual(['a/two.txt']);
  });

  it('lists in the order of the keys, over pages of any size', async () => {
    const keys = ['p/al', 'p/al-b/1', 'p/al.B/1', 'p/al.b', 'p/al/1', 'p/al/2', 'p/alb'].sort();
    await Promise.all(keys.map((key) => put(key, 'x')));
    for (const MaxKeys of [1, 2, 3, 1000]) expect(await listAll({ Prefix: 'p/', MaxKeys })).toEqual(keys);
  });

  it('gathers keys below a delimiter', async () => {
    await Promise.all(['d/x', 'd/y/1', 'd/y/2'].map((key) => put(key, 'x')));
    const listing = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'd/', Delimiter: '/' }));
    expect(listing.Contents?.map(({ Key }) => Key)).toEqual(['d/x']);
    expect(listing.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['d/y/']);
  });

  it('puts the parts of a multipart upload together', async () => {
    const Key = 'm/large';
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/plain' }));
    const parts = ['a'.repeat(5 * 1024 * 1024), 'end'];
    const Parts = await Promise.all(
      parts.map(async (Body, index) => {
        const PartNumber = index + 1;
        const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
        return { PartNumber, ETag };
      }),
    );
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    expect(await read(Key)).toBe(parts.join(''));
  });

  it('comes back on its own, on the same port and with its objects, when it is killed', async () => {
    await put('kept', 'still here');
    await restarted(kill());
    expect(await read('kept')).toBe('still here');
  });

  it('never shows an object of which only a part arrived before it was killed', async () => {
    await put('whole', 'first version');
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.alloc(1024 * 1024, 'x')) });
    const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body, duplex: 'half' };
    const upload = fetch(`${store.url}/${Bucket}/whole`, init);
    const folder = join(dir, 's3', Bucket);
    await expect.poll(() => readdirSync(folder)).toContainEqual(expect.stringMatching(/^whole\._S3rver_draft/));
    const killed = kill();
    await expect(upload).rejects.toThrow();
    await restarted(killed);
    expect(await read('whole')).toBe('first version');
    expect(readdirSync(folder).filter((file) => file.includes('draft'))).toEqual([]);
  });

  it('keeps its objects over a stop', async () => {
    await put('kept', 'over a stop');
    await store.stop();
    await start();
    expect(await read('kept')).toBe('over a stop');
  });
});
