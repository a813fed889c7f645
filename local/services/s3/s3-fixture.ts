import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingsFixture } from '../../settings-fixture.ts';
import { startEndpointFixture } from '../aws-endpoint/endpoint-fixture.ts';
import { Iam } from '../iam/service.ts';
import { S3 } from './service.ts';

export const BUCKET = 'order-receipts';

/** For tests: an S3 with one bucket, behind the endpoint. */
export async function startS3Fixture() {
  const dataDir = mkdtempSync(join(tmpdir(), 's3-'));
  const s3 = new S3({ settings: settingsFixture(dataDir) }, new Iam());
  const fixture = await startEndpointFixture(() => [s3]);
  s3.store.createBucket(BUCKET);
  return { ...fixture, dataDir };
}
