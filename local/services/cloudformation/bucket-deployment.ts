import {
  DeleteObjectsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import mime from 'mime';
import { z } from 'zod';
import { assetFiles, assetPath } from '../../assembly/asset-files.ts';
import type { ResourceProvider } from '../../assembly/resource-provider.ts';
import type { Stack } from '../../assembly/template.ts';
import { physicalId } from '../physical-names.ts';
import { boolean, created, notSupported, provider, texts } from '../provider.ts';
import { markerReplacer, markersConfig } from './source-markers.ts';

const DELETE_BATCH = 1000;

const properties = z.object({
  SourceObjectKeys: z.array(z.string()),
  SourceMarkers: z.array(z.record(z.string(), z.unknown())).default([]),
  SourceMarkersConfig: z.array(markersConfig).default([]),
  DestinationBucketName: z.string(),
  DestinationBucketKeyPrefix: z.string().default(''),
  DestinationBucketArn: z.string().optional(),
  Prune: boolean.default(true),
  SystemMetadata: z
    .object({ 'cache-control': z.string(), 'content-type': z.string(), 'content-encoding': z.string() })
    .partial()
    .default({}),
  UserMetadata: texts,
  Extract: boolean
    .default(true)
    .refine((extract) => extract, 'only extracted sources are supported by the local runner'),
  Exclude: notSupported,
  Include: notSupported,
});

/** The CDK's bucket deployment, without its Python function. */
export const bucketDeployment = (s3: () => S3Client): ResourceProvider =>
  provider(
    "the runner itself copies the assets to the bucket, in place of the CDK's Python function",
    properties,
    async (deployment, request) => {
      await deploy(deployment, { stack: request.stack, s3: s3(), signal: request.signal });
      return created(physicalId('aws.cdk.s3deployment', request), {
        DestinationBucketArn: deployment.DestinationBucketArn,
        SourceObjectKeys: deployment.SourceObjectKeys,
      });
    },
  );

export interface BucketDeploymentOptions {
  /** Has the assets. */
  readonly stack: Stack;
  readonly s3: S3Client;
  readonly signal?: AbortSignal;
}

/**
 * Does what the CDK's bucket deployment does: copies source assets to the bucket, later ones over earlier ones, and replaces
 * markers by deploy-time values.
 *
 * @param declared the custom resource's properties, with every reference resolved
 * @throws ZodError for properties that are not supported
 */
export async function deployToBucket(declared: unknown, options: BucketDeploymentOptions): Promise<void> {
  await deploy(properties.parse(declared), options);
}

async function deploy(deployment: z.output<typeof properties>, options: BucketDeploymentOptions): Promise<void> {
  const { DestinationBucketName: bucket, SystemMetadata: metadata } = deployment;
  const { s3, signal } = options;
  const prefix = keyPrefix(deployment.DestinationBucketKeyPrefix);
  const files = await sourceFiles(deployment, options.stack);
  for (const [name, content] of files) {
    const object: PutObjectCommandInput = {
      Bucket: bucket,
      Key: prefix + name,
      Body: content,
      ContentType: metadata['content-type'] ?? mime.getType(name) ?? 'binary/octet-stream',
      CacheControl: metadata['cache-control'],
      ContentEncoding: metadata['content-encoding'],
      Metadata: deployment.UserMetadata,
    };
    await s3.send(new PutObjectCommand(object), { ...(signal && { abortSignal: signal }) });
  }
  if (deployment.Prune) await deleteOthers(options, bucket, prefix, new Set(files.keys()));
}

/** The CDK takes `/` for no prefix, and appends a slash to a prefix without one. */
function keyPrefix(prefix: string): string {
  if (prefix === '' || prefix === '/') return '';
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}

async function sourceFiles(deployment: z.output<typeof properties>, stack: Stack): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [index, key] of deployment.SourceObjectKeys.entries()) {
    const replaceMarkers = markerReplacer(
      deployment.SourceMarkers[index] ?? {},
      deployment.SourceMarkersConfig[index] ?? {},
    );
    for (const [name, content] of await assetFiles(assetPath(stack, key))) files.set(name, replaceMarkers(content));
  }
  return files;
}

async function deleteOthers(
  { s3, signal }: BucketDeploymentOptions,
  bucket: string,
  prefix: string,
  keep: ReadonlySet<string>,
): Promise<void> {
  const pages = paginateListObjectsV2({ client: s3, pageSize: DELETE_BATCH }, { Bucket: bucket, Prefix: prefix });
  for await (const page of pages) {
    const others = (page.Contents ?? []).filter(({ Key = '' }) => !keep.has(Key.slice(prefix.length)));
    if (others.length === 0) continue;
    const Delete = { Objects: others.map(({ Key }) => ({ Key })), Quiet: true };
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }), { ...(signal && { abortSignal: signal }) });
  }
}
