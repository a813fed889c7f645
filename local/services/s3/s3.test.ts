import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointFixture } from '../aws-endpoint/endpoint-fixture.ts';
import { BUCKET, startS3Fixture } from './s3-fixture.ts';

let fixture: EndpointFixture;
let s3: S3Client;
beforeAll(async () => {
  fixture = await startS3Fixture();
  s3 = new S3Client(fixture.client);
});
afterAll(() => fixture.stop());

const put = (Key: string, Body: string | Uint8Array | Readable, rest: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...rest }));
const get = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString();

describe('objects', () => {
  it('come back as they were put from a string, with type and metadata', async () => {
    await put('receipts/alice/1.txt', 'two keyboards', { ContentType: 'text/plain', Metadata: { order: '1' } });
    const found = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'receipts/alice/1.txt' }));
    expect(await found.Body?.transformToString()).toBe('two keyboards');
    expect(found).toMatchObject({ ContentType: 'text/plain', ContentLength: 13, Metadata: { order: '1' } });
    expect(found.ContentEncoding).toBeUndefined();
  });

  it('come back as they were put from bytes', async () => {
    const bytes = randomBytes(100_000);
    await put('bytes', bytes);
    const found = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'bytes' }));
    expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });

  it('come back as they were put from a stream in aws-chunked coding with a trailing checksum', async () => {
    const pieces = Array.from({ length: 200 }, () => randomBytes(10_000));
    await put('streamed', Readable.from(pieces), { ContentLength: 2_000_000, ContentEncoding: 'x-own' });
    const found = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'streamed' }));
    expect(found.ContentEncoding).toBe('x-own');
    expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('may be empty', async () => {
    await put('empty', new Uint8Array());
    expect(await get('empty')).toBe('');
  });

  it.each(['a b+c%2F%25.txt', 'ä/(ö)!*~.txt', 'equals=and?mark#hash', '日本/語 ;:@$,'])(
    'keep the key %s',
    async (key) => {
      await put(key, 'value');
      expect(await get(key)).toBe('value');
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: key }));
      expect(Contents?.map((object) => object.Key)).toEqual([key]);
      await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
      await expect(get(key)).rejects.toMatchObject({ name: 'NoSuchKey' });
    },
  );

  it('are listed by prefix and in parts', async () => {
    for (const name of ['1', '2', '3']) await put(`list/${name}`, name);
    const second = await s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'list/', StartAfter: 'list/1', Delimiter: '/' }),
    );
    expect(second.Contents?.map((object) => object.Key)).toEqual(['list/2', 'list/3']);
  });

  it('are read in part', async () => {
    await put('ranged', 'hello world');
    const found = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'ranged', Range: 'bytes=6-' }));
    expect(await found.Body?.transformToString()).toBe('world');
  });

  it('have a head, and a 404 without a body when missing', async () => {
    await put('head', '12345');
    expect(await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'head' }))).toMatchObject({ ContentLength: 5 });
    await expect(s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'none' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('are copied and deleted in bulk', async () => {
    await put('from & to', 'copied');
    await s3.send(
      new CopyObjectCommand({
        Bucket: BUCKET,
        Key: 'copy',
        CopySource: `${BUCKET}/${encodeURIComponent('from & to')}`,
      }),
    );
    expect(await get('copy')).toBe('copied');
    const Objects = [{ Key: 'from & to' }, { Key: 'copy' }];
    await s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
    await expect(get('copy')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(get('from & to')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('are put together from parts', async () => {
    const target = { Bucket: BUCKET, Key: 'parts' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...target, ContentType: 'text/plain' }));
    const bodies = ['a'.repeat(5 * 1024 * 1024), 'b'];
    const Parts = [];
    for (const [index, Body] of bodies.entries()) {
      const { ETag } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: index + 1, Body }));
      Parts.push({ ETag, PartNumber: index + 1 });
    }
    await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    expect(await get('parts')).toBe(bodies.join(''));
  });
});

describe('URLs', () => {
  it('may be presigned, with another content type for the response', async () => {
    await put('receipts/bob/1 ä.txt', 'receipt', { ContentType: 'application/octet-stream' });
    const command = new GetObjectCommand({
      Bucket: BUCKET,
      Key: 'receipts/bob/1 ä.txt',
      ResponseContentType: 'text/plain; charset=utf-8',
    });
    const response = await fetch(await getSignedUrl(s3, command, { expiresIn: 60 }));
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'receipt',
    ]);
  });

  it('may be presigned for writing', async () => {
    const command = new PutObjectCommand({ Bucket: BUCKET, Key: 'sent', Metadata: { order: '7' } });
    const url = await getSignedUrl(s3, command);
    expect((await fetch(url, { method: 'PUT', body: 'by anybody' })).status).toBe(200);
    const found = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'sent' }));
    expect([await found.Body?.transformToString(), found.Metadata]).toEqual(['by anybody', { order: '7' }]);
  });

  it('may have the bucket in the host name', async () => {
    await put('hosted', 'by name');
    // Not every machine resolves names below localhost.
    const lookup: LookupFunction = (_, __, found) => found(null, [{ address: '127.0.0.1', family: 4 }]);
    const client = new S3Client({
      ...fixture.client,
      endpoint: `http://localhost:${fixture.endpoint.port}`,
      requestHandler: { httpAgent: new Agent({ lookup }) },
    });
    const found = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'hosted' }));
    expect(await found.Body?.transformToString()).toBe('by name');
  });

  it('name objects, whatever a key looks like as a path', async () => {
    const keys = ['a/../b', 'a/./b', '/leading', 'a//b', 'a/', `${'long'.repeat(60)}/${'x'.repeat(700)}`];
    for (const key of keys) {
      await put(key, `body of ${key}`);
      expect(await get(key)).toBe(`body of ${key}`);
    }
    const CopySource = `${BUCKET}/${encodeURIComponent('a/../b')}`;
    await s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'copy of it', CopySource }));
    expect(await get('copy of it')).toBe('body of a/../b');
  });

  it('must not lead out of the bucket', async () => {
    const escapes = ['receipts/../../secrets/x', '..'];
    for (const key of escapes) await expect(put(key, 'x')).rejects.toMatchObject({ name: 'InvalidURI' });
    const CopySource = `${BUCKET}/..%2F..%2Fsecrets%2Fx`;
    await expect(s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'c', CopySource }))).rejects.toMatchObject({
      name: 'InvalidURI',
    });
  });
});

describe('buckets', () => {
  it('are created and listed', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'second-bucket' }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(expect.arrayContaining([BUCKET, 'second-bucket']));
  });

  it('have a head', async () => {
    await s3.send(new HeadBucketCommand({ Bucket: BUCKET }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'none-such' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('that do not exist refuse a large upload and leave the connection usable', async () => {
    const upload = new PutObjectCommand({ Bucket: 'none-such', Key: 'k', Body: randomBytes(8_000_000) });
    await expect(s3.send(upload)).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await put('afterwards', 'fine');
  });

  it('say what the local S3 does not support', async () => {
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await expect(
      s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration })),
    ).rejects.toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
      message: 'The local S3 does not support PUT on a bucket with ?versioning.',
    });
  });
});
