import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import type { S3 } from '../s3/service.ts';
import { servicesFixture, temporaryFolder } from '../services-fixture.ts';
import { deployToBucket } from './bucket-deployment.ts';

const BUCKET = 'the-site';
let s3: S3;
beforeEach(() => {
  s3 = servicesFixture().s3;
  s3.store.createBucket(BUCKET);
});

const keys = () => s3.keys(BUCKET, '');

/** Deploys a folder with these files. */
async function deploy(files: Record<string, string>, properties: Record<string, unknown> = {}) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const stack = { ...stackOf('site', {}), assets: new Map([['asset', folder]]) };
  const declared = { SourceObjectKeys: ['asset'], DestinationBucketName: BUCKET, ...properties };
  await deployToBucket(declared, { stack, s3 });
}

describe('a bucket deployment', () => {
  it('stores files with the type of their name and the metadata of the deployment', async () => {
    const metadata = { SystemMetadata: { 'cache-control': 'no-cache' }, UserMetadata: { Origin: 'test' } };
    await deploy({ 'index.html': '<p>hello' }, metadata);
    const found = await s3.getObject(BUCKET, 'index.html');
    expect(found).toMatchObject({ contentType: 'text/html', cacheControl: 'no-cache', contentLength: 8 });
    expect(String(found && (await buffer(found.body)))).toBe('<p>hello');
    expect(s3.store.find(BUCKET, 'index.html')?.headers).toMatchObject({ 'x-amz-meta-origin': 'test' });
  });

  it('removes what was deployed before and is gone, below its prefix alone', async () => {
    await deploy({ 'old.js': '1', 'index.html': '1' }, { DestinationBucketKeyPrefix: 'app' });
    await deploy({ 'other.txt': '1' }, { DestinationBucketKeyPrefix: 'apple' });
    await deploy({ 'index.html': '2' }, { DestinationBucketKeyPrefix: 'app' });
    expect(await keys()).toEqual(['app/index.html', 'apple/other.txt']);
  });

  it('leaves everything where it is without pruning', async () => {
    await deploy({ a: '1' });
    await deploy({ b: '1' }, { Prune: 'false' });
    expect(await keys()).toEqual(['a', 'b']);
  });
});
