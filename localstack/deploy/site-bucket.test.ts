import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it, onTestFinished } from 'vitest';
import { BUCKET, startS3Fixture } from '../../local/services/s3/s3-fixture.ts';
import { bucketsOf } from './site-bucket.ts';

it('the buckets of LocalStack are written, listed and cleared through its API', async () => {
  const fixture = await startS3Fixture();
  onTestFinished(() => fixture.stop());
  const s3 = new S3Client(fixture.client);
  const buckets = bucketsOf(s3);
  const headers = { 'content-type': 'text/html', 'cache-control': 'no-cache', 'x-amz-meta-origin': 'test' };
  await buckets.putObject(BUCKET, 'site/index.html', Buffer.from('<p>'), headers);
  await buckets.putObject(BUCKET, 'other', Buffer.from('x'), {});
  const found = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'site/index.html' }));
  expect(found).toMatchObject({ ContentType: 'text/html', CacheControl: 'no-cache', Metadata: { origin: 'test' } });
  expect(await buckets.keys(BUCKET, 'site/')).toEqual(['site/index.html']);
  await buckets.deleteObjects(BUCKET, ['site/index.html']);
  expect(await buckets.keys(BUCKET, '')).toEqual(['other']);
});
