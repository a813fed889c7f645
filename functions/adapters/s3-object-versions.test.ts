import { createHash } from 'node:crypto';
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PrincipalStore } from '../../local/services/iam/principals.ts';
import { verifySignature } from '../../local/services/iam/sigv4.ts';
import { AwsService, actAs, answer, type ReceivedRequest } from '../testing/aws-service.ts';
import { S3ObjectVersions } from './s3-object-versions.ts';

const Bucket = 'order-receipts';
const PREFIX = 'receipts/a.-_9/';
const principals = new PrincipalStore();
const role = { kind: 'role', name: 'eraser', arn: 'arn:aws:iam::000000000000:role/eraser' } as const;

/** Shortened from https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
const PAGE = `<?xml version="1.0" encoding="UTF-8"?>
<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>bucket</Name><Prefix>my</Prefix><KeyMarker/><VersionIdMarker/>
  <NextKeyMarker>my+image%2B.jpg</NextKeyMarker><NextVersionIdMarker>3/L4+kq=</NextVersionIdMarker>
  <MaxKeys>3</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
  <Version>
    <Key>my-image.jpg</Key><VersionId>3/L4kqtJl40Nr8X8gdRQBpUMLUo</VersionId><IsLatest>true</IsLatest>
    <LastModified>2009-10-12T17:50:30.000Z</LastModified><ETag>"fba9dede5f27731c9771645a39863328"</ETag><Size>434234</Size>
    <StorageClass>STANDARD</StorageClass><Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner>
  </Version>
  <DeleteMarker>
    <Key>my-second-image.jpg</Key><VersionId>03jpff543dhffds434rfdsFDN943fdsFkdmqnh892</VersionId><IsLatest>true</IsLatest>
    <LastModified>2009-11-12T17:50:30.000Z</LastModified>
  </DeleteMarker>
  <Version>
    <Key>my+image%2B.jpg</Key><VersionId>null</VersionId><IsLatest>false</IsLatest>
  </Version>
</ListVersionsResult>`;

let service: AwsService;
beforeEach(async () => {
  service = await AwsService.start();
  actAs(principals.issue(role), { AWS_ENDPOINT_URL: service.url });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.stop();
});

function signerOf({ method = '', url = '', headers, body }: ReceivedRequest) {
  return verifySignature(
    { method, url, headers, payloadHash: createHash('sha256').update(body).digest('hex') },
    principals,
  );
}

/** What S3 makes of a request: everything but the SDK's notes on itself, and what changes from one second to the next. */
function essence({ method, url = '', headers, body }: ReceivedRequest) {
  const kept = Object.entries(headers).filter(
    ([name]) => name.startsWith('content-') || (name.startsWith('x-amz-') && !/date|user-agent|sdk|sha256/.test(name)),
  );
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const query = [...searchParams].filter(([name]) => name !== 'x-id').sort();
  return { method, pathname: pathname.replace(/\/$/, ''), query, headers: Object.fromEntries(kept), body };
}

describe('what a bucket keeps under its keys', () => {
  it('is asked for, and erased, as the AWS SDK does it, and the role has signed that', async () => {
    const versions = [
      { key: `${PREFIX}1.txt`, versionId: '3/L4+kq=', current: true },
      { key: `${PREFIX}2.txt`, versionId: 'null', current: false },
    ];
    const after = new URLSearchParams({ 'key-marker': `${PREFIX}1.txt`, 'version-id-marker': '3/L4+kq=' }).toString();
    const ours = new S3ObjectVersions(Bucket);
    const sdk = new S3Client({});
    await ours.list(PREFIX, after);
    await sdk.send(
      new ListObjectVersionsCommand({
        Bucket,
        Prefix: PREFIX,
        EncodingType: 'url',
        MaxKeys: 500,
        KeyMarker: `${PREFIX}1.txt`,
        VersionIdMarker: '3/L4+kq=',
      }),
    );
    await ours.erase(versions);
    const Objects = versions.map(({ key: Key, versionId: VersionId }) => ({ Key, VersionId }));
    await sdk.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    const [list, sdkList, erase, sdkErase] = service.received as [
      ReceivedRequest,
      ReceivedRequest,
      ReceivedRequest,
      ReceivedRequest,
    ];
    expect(essence(list)).toEqual(essence(sdkList));
    expect(essence(erase)).toEqual(essence(sdkErase));
    expect([signerOf(list), signerOf(erase)]).toEqual([role, role]);
  });

  it('is read with older versions and marks of deletion, and leads on', async () => {
    service.answers.push(answer(200, PAGE));
    const bucket = new S3ObjectVersions(Bucket);
    const { versions, next } = await bucket.list('my');
    expect(versions).toEqual([
      { key: 'my-image.jpg', versionId: '3/L4kqtJl40Nr8X8gdRQBpUMLUo', current: true },
      { key: 'my-second-image.jpg', versionId: '03jpff543dhffds434rfdsFDN943fdsFkdmqnh892', current: false },
      { key: 'my image+.jpg', versionId: 'null', current: false },
    ]);
    await bucket.list('my', next);
    const { searchParams } = new URL(service.received[1]?.url ?? '', service.url);
    expect([searchParams.get('key-marker'), searchParams.get('version-id-marker')]).toEqual([
      'my image+.jpg',
      '3/L4+kq=',
    ]);
  });

  it('is not taken for erased when S3 refuses some of it, though it says 200', async () => {
    const error = '<Error><Key>sample2.txt</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
    service.answers.push(answer(200, `<DeleteResult>${error}</DeleteResult>`));
    await expect(
      new S3ObjectVersions(Bucket).erase([{ key: 'sample2.txt', versionId: 'null', current: true }]),
    ).rejects.toMatchObject({ name: 'AwsServiceError', code: 'AccessDenied' });
  });
});
