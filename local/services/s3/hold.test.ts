import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../services-fixture.ts';
import { Hold, holdS3 } from './hold.ts';
import { BUCKET, startS3Fixture } from './s3-fixture.ts';

it('a held S3 takes requests and responds to them once it is let go', async () => {
  const fixture = await startS3Fixture();
  onTestFinished(() => fixture.stop());
  const s3 = new S3Client(fixture.client);
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'key', Body: 'before' }));
  const release = holdS3(fixture.dataDir);
  onTestFinished(release);
  const order: string[] = [];
  const reading = s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'key' })).then(() => order.push('response'));
  const impatient = new PutObjectCommand({ Bucket: BUCKET, Key: 'other', Body: 'in vain' });
  await expect(s3.send(impatient, { abortSignal: AbortSignal.timeout(200) })).rejects.toThrow();
  order.push('release');
  release();
  await reading;
  expect(order).toEqual(['release', 'response']);
});

it('a hold that a killed run was under ends with the next one', async () => {
  const dataDir = temporaryFolder();
  holdS3(dataDir);
  await new Hold(dataDir).over();
});
