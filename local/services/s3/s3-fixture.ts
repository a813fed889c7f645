import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { readSettings } from '../../settings.ts';
import { startEndpointFixture } from '../aws-endpoint/endpoint-fixture.ts';
import { S3 } from './service.ts';

export const BUCKET = 'order-receipts';

/** For tests: an S3 server with one bucket, behind the endpoint. */
export async function startS3Fixture() {
  const dataDir = mkdtempSync(join(tmpdir(), 's3-'));
  const s3 = new S3({ settings: readSettings(['--data-dir', dataDir]), log: silentLog });
  const fixture = await startEndpointFixture(() => [s3]);
  await s3.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return fixture;
}
