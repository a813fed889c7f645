import { expect } from 'vitest';
import { api, behaviour, ERRORS, guide, ONLY_BOTO3, ONLY_JAVASCRIPT } from './behaviour.ts';

const NO_SUCH_BUCKET = { status: 404, code: 'NoSuchBucket', message: 'The specified bucket does not exist' };
const EMPTY_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';

/** Objects and their metadata. */
export const objects = [
  behaviour(
    'an object comes back with body, length, type and the MD5 of its body as ETag',
    api('GetObject'),
    async (s3) => {
      const ETag = '"e99a18c428cb38d5f260853678922e03"';
      await s3.call('PutObject', { Key: 'k', Body: 'abc123', ContentType: 'text/plain' }, { ETag });
      await s3.call('GetObject', { Key: 'k' }, { Body: 'abc123', ContentLength: 6, ContentType: 'text/plain', ETag });
    },
  ),
  behaviour(
    'an object without a type is binary/octet-stream',
    api('PutObject'),
    async (s3) => {
      await s3.put('k');
      await s3.call('HeadObject', { Key: 'k' }, { ContentType: 'binary/octet-stream' });
    },
    ONLY_BOTO3,
  ), // the JavaScript SDK always states a type
  behaviour('an empty object is an object', api('PutObject'), async (s3) => {
    await s3.put('k', '');
    await s3.call('GetObject', { Key: 'k' }, { Body: '', ContentLength: 0, ETag: EMPTY_ETAG });
  }),
  behaviour('text beyond ASCII comes back byte by byte', api('GetObject'), async (s3) => {
    await s3.put('k', 'zwölf Tastaturen, 日本 😀');
    await s3.call('GetObject', { Key: 'k' }, { Body: 'zwölf Tastaturen, 日本 😀', ContentLength: 30 });
  }),
  behaviour('a megabyte comes back byte by byte', api('GetObject'), async (s3) => {
    const Body = Array.from({ length: 131_072 }, (_, index) => index.toString(16).padStart(8, '0')).join('');
    await s3.put('k', Body);
    expect((await s3.call('GetObject', { Key: 'k' }, { ContentLength: 1_048_576 })).Body === Body).toBe(true);
  }),
  behaviour('system metadata come back as they were put', guide('UsingMetadata'), async (s3) => {
    const metadata = {
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment; filename="foo.jpg"',
      ContentEncoding: 'x-own',
      ContentLanguage: 'de',
    };
    await s3.put('k', 'x', { ...metadata, Expires: new Date('2035-10-21T07:28:00Z') });
    const expected = { ...metadata, ExpiresString: 'Sun, 21 Oct 2035 07:28:00 GMT' };
    await s3.call('GetObject', { Key: 'k' }, expected);
    await s3.call('HeadObject', { Key: 'k' }, expected);
  }),
  behaviour('names of user metadata become lower case', guide('UsingMetadata'), async (s3) => {
    await s3.put('k', 'x', { Metadata: { 'Order-ID': 'Seven', test_meta_1: 'foo', __meta_2: 'bar' } });
    const Metadata = { 'order-id': 'Seven', test_meta_1: 'foo', __meta_2: 'bar' };
    await s3.call('HeadObject', { Key: 'k' }, { Metadata });
  }),
  behaviour('user metadata of 2 KB are stored', guide('UsingMetadata'), async (s3) => {
    await s3.put('k', 'x', { Metadata: { a: 'v'.repeat(2047) } });
    await s3.call('HeadObject', { Key: 'k' }, { Metadata: { a: 'v'.repeat(2047) } });
  }),
  behaviour('user metadata above 2 KB are refused as MetadataTooLarge', guide('UsingMetadata'), async (s3) => {
    const Metadata = { a: 'v'.repeat(1000), b: 'v'.repeat(1047) };
    await s3.call('PutObject', { Key: 'k', Body: 'x', Metadata }, { status: 400, code: 'MetadataTooLarge' });
    await s3.call('HeadObject', { Key: 'k' }, { status: 404 });
  }),
  behaviour('putting an object again replaces body and metadata', api('PutObject'), async (s3) => {
    await s3.put('k', 'first', { Metadata: { a: '1' }, CacheControl: 'no-cache' });
    await s3.put('k', 'second', { Metadata: { b: '2' } });
    const { Metadata } = await s3.call('GetObject', { Key: 'k' }, { Body: 'second', CacheControl: undefined });
    expect(Metadata).toEqual({ b: '2' });
  }),
  behaviour(
    'of many writes at once to one key, one object remains whole',
    guide('Welcome'),
    async (s3) => {
      const bodies = Array.from({ length: 20 }, (_, index) => String(index).repeat(5000));
      await Promise.all(bodies.map((body) => s3.put('k', body, { Metadata: { length: String(body.length) } })));
      const { Body, Metadata } = await s3.call('GetObject', { Key: 'k' });
      expect(bodies).toContain(Body);
      expect(Metadata).toEqual({ length: String((Body as string).length) });
    },
    ONLY_JAVASCRIPT,
  ),
  behaviour('HEAD gives what GET gives, without the body', api('HeadObject'), async (s3) => {
    await s3.put('k', '12345', { ContentType: 'text/plain', Metadata: { order: '1' } });
    const {
      Body,
      headers: _,
      ...found
    } = await s3.call('GetObject', { Key: 'k' }, { AcceptRanges: 'bytes' }, { checksums: false });
    const { headers: __, ...head } = await s3.call('HeadObject', { Key: 'k' }, {}, { checksums: false });
    expect(head).toEqual(found);
  }),
  behaviour('LastModified is the time of the write, in GET to the second', api('GetObject'), async (s3) => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    await s3.put('k');
    const { LastModified, headers } = await s3.call('GetObject', { Key: 'k' });
    expect(headers['last-modified']).toMatch(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(Date.parse(String(LastModified))).toBeGreaterThanOrEqual(before);
    expect(Date.parse(String(LastModified))).toBeLessThanOrEqual(Date.now());
  }),
  behaviour('GET of a missing key is NoSuchKey and names the key', ERRORS, async (s3) => {
    const message = 'The specified key does not exist.';
    await s3.call(
      'GetObject',
      { Key: 'no/such & key' },
      { status: 404, code: 'NoSuchKey', message, Key: 'no/such & key' },
    );
  }),
  behaviour('HEAD of a missing key is 404', api('HeadObject'), (s3) =>
    s3.call('HeadObject', { Key: 'k' }, { status: 404 }),
  ),
  behaviour('keys differ by case', guide('object-keys'), async (s3) => {
    await s3.put('CamelCaseKey', 'something');
    await s3.call('GetObject', { Key: 'camelcasekey' }, { status: 404, code: 'NoSuchKey', Key: 'camelcasekey' });
  }),
  ...(['GetObject', 'PutObject', 'DeleteObject'] as const).map((operation) =>
    behaviour(`${operation} in a missing bucket is NoSuchBucket and names the bucket`, ERRORS, async (s3) => {
      const Bucket = `none-${s3.bucket}`.slice(0, 40);
      await s3.call(operation, { Bucket, Key: 'k' }, { ...NO_SUCH_BUCKET, BucketName: Bucket });
    }),
  ),
  behaviour('PUT of megabytes into a missing bucket is NoSuchBucket', ERRORS, async (s3) => {
    await s3.call('PutObject', { Bucket: 'no-such-bucket-1', Key: 'k', Body: 'x'.repeat(4_000_000) }, NO_SUCH_BUCKET);
    await s3.put('afterwards');
  }),
  behaviour(
    'the id of the version of an unversioned bucket is null, another is refused',
    api('GetObject'),
    async (s3) => {
      await s3.put('k', 'test-version');
      await s3.call('GetObject', { Key: 'k', VersionId: 'null' }, { Body: 'test-version' });
      const refused = {
        status: 400,
        code: 'InvalidArgument',
        message: 'Invalid version id specified',
        ArgumentName: 'versionId',
      };
      const VersionId = 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD';
      await s3.call('GetObject', { Key: 'k', VersionId }, { ...refused, ArgumentValue: VersionId });
      await s3.call('DeleteObject', { Key: 'k', VersionId }, { ...refused, ArgumentValue: VersionId });
      await s3.call('HeadObject', { Key: 'k' });
    },
  ),
  behaviour(
    'objects are encrypted with AES256, and the answers say so',
    guide('default-encryption-faq'),
    async (s3) => {
      const ServerSideEncryption = 'AES256';
      await s3.call('PutObject', { Key: 'k', Body: 'x' }, { ServerSideEncryption });
      await s3.call('GetObject', { Key: 'k' }, { ServerSideEncryption });
      await s3.call('HeadObject', { Key: 'k' }, { ServerSideEncryption });
    },
  ),
  behaviour('a storage class other than STANDARD is named in answers', api('HeadObject'), async (s3) => {
    await s3.put('k', 'x', { StorageClass: 'STANDARD_IA' });
    await s3.call('HeadObject', { Key: 'k' }, { StorageClass: 'STANDARD_IA' });
    await s3.put('k', 'x', { StorageClass: 'STANDARD' });
    await s3.call('HeadObject', { Key: 'k' }, { StorageClass: undefined });
  }),
  behaviour('an unknown storage class is InvalidStorageClass', api('PutObject'), (s3) =>
    s3.call(
      'PutObject',
      { Key: 'k', Body: 'x', StorageClass: 'OUTPOSTS' },
      { status: 400, code: 'InvalidStorageClass', StorageClassRequested: 'OUTPOSTS' },
    ),
  ),
  behaviour('query parameters of GET override headers of the answer', api('GetObject'), async (s3) => {
    await s3.put('k', 'something', { ContentType: 'text/plain' });
    const overrides = {
      CacheControl: 'max-age=74',
      ContentDisposition: 'attachment; filename="foo.jpg"',
      ContentEncoding: 'identity',
      ContentLanguage: 'de-DE',
      ContentType: 'image/jpeg',
    };
    const input = Object.fromEntries(Object.entries(overrides).map(([name, value]) => [`Response${name}`, value]));
    const expected = { ...overrides, ExpiresString: 'Wed, 21 Oct 2015 07:28:00 GMT', Body: 'something' };
    await s3.call('GetObject', { Key: 'k', ...input, ResponseExpires: new Date('2015-10-21T07:28:00Z') }, expected);
    await s3.call('GetObject', { Key: 'k' }, { ContentType: 'text/plain', CacheControl: undefined });
  }),
  behaviour(
    'a call that expects another owner of the bucket is AccessDenied',
    guide('bucket-owner-condition'),
    async (s3) => {
      await s3.put('k', 'x', { ExpectedBucketOwner: '000000000000' });
      const denied = { status: 403, code: 'AccessDenied' };
      await s3.call('GetObject', { Key: 'k', ExpectedBucketOwner: '111111111111' }, denied);
      await s3.call('PutObject', { Key: 'k', Body: 'y', ExpectedBucketOwner: '111111111111' }, denied);
      await s3.call('GetObject', { Key: 'k', ExpectedBucketOwner: '000000000000' }, { Body: 'x' });
    },
  ),
];
