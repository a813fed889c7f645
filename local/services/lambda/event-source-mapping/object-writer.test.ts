import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET, startS3Fixture } from '../../s3/s3-fixture.ts';
import { objectWriter } from './object-writer.ts';

let fixture: Awaited<ReturnType<typeof startS3Fixture>>;
beforeAll(async () => {
  fixture = await startS3Fixture();
});
afterAll(() => fixture.stop());

const put = (bucket: string) =>
  objectWriter(fixture.client.endpoint, fixture.client.credentials)(bucket, 'a/b', 'text');

it('an object is stored with the permission of the role', async () => {
  await put(BUCKET);
  const { Body } = await new S3Client(fixture.client).send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/b' }));
  expect(await Body?.transformToString()).toBe('text');
  expect(fixture.evaluator.asked).toContain(`writer s3:PutObject arn:aws:s3:::${BUCKET}/a/b`);
});

it('without the permission, or the bucket, storing fails with the error of S3', async () => {
  await expect(put('no-such-bucket')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  fixture.evaluator.refused.add('s3:PutObject');
  await expect(put(BUCKET)).rejects.toMatchObject({ name: 'AccessDenied' });
});
