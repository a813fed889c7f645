import mime from 'mime';
import { z } from 'zod';
import { assetFiles, assetPath } from '../../assembly/asset-files.ts';
import type { ResourceProvider } from '../../assembly/resource-provider.ts';
import type { Stack } from '../../assembly/template.ts';
import { physicalId } from '../physical-names.ts';
import { boolean, created, notSupported, provider, texts } from '../provider.ts';
import { markerReplacer, markersConfig } from './source-markers.ts';

const properties = z.object({
  SourceObjectKeys: z.array(z.string()),
  SourceMarkers: z.array(z.record(z.string(), z.unknown())).default([]),
  SourceMarkersConfig: z.array(markersConfig).default([]),
  DestinationBucketName: z.string(),
  DestinationBucketKeyPrefix: z.string().default(''),
  DestinationBucketArn: z.string().optional(),
  Prune: boolean.default(true),
  SystemMetadata: z
    .object({
      'cache-control': z.string(),
      'content-disposition': z.string(),
      'content-encoding': z.string(),
      'content-language': z.string(),
      'content-type': z.string(),
      expires: z.string(),
    })
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
export const bucketDeployment = (
  services: () => { s3: DeploymentTarget; withLocalAddresses(text: string): string },
): ResourceProvider =>
  provider(
    "the runner itself copies the assets to the bucket, in place of the CDK's Python function",
    properties,
    async (deployment, request) => {
      const { s3, withLocalAddresses } = services();
      await deploy(deployment, { stack: request.stack, s3, withLocalAddresses, signal: request.signal });
      return created(physicalId('aws.cdk.s3deployment', request), {
        DestinationBucketArn: deployment.DestinationBucketArn,
        SourceObjectKeys: deployment.SourceObjectKeys,
      });
    },
  );

/** The buckets that files are deployed to. */
export interface DeploymentTarget {
  /** @param headers what S3 keeps with an object, such as `content-type`, with names in lower case */
  putObject(bucket: string, key: string, bytes: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void>;
  /** The keys with a prefix. */
  keys(bucket: string, prefix: string): Promise<readonly string[]>;
  deleteObjects(bucket: string, keys: readonly string[]): Promise<void>;
}

export interface BucketDeploymentOptions {
  /** Has the assets. */
  readonly stack: Stack;
  readonly s3: DeploymentTarget;
  /** Changes the files that have values of this deployment, such as the address of an API. */
  readonly withLocalAddresses?: ((text: string) => string) | undefined;
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

async function deploy(
  deployment: z.output<typeof properties>,
  { stack, s3, withLocalAddresses, signal }: BucketDeploymentOptions,
): Promise<void> {
  const { DestinationBucketName: bucket, SystemMetadata: metadata, UserMetadata: userMetadata } = deployment;
  const prefix = keyPrefix(deployment.DestinationBucketKeyPrefix);
  const files = await sourceFiles(deployment, stack, withLocalAddresses);
  const ofUser = Object.entries(userMetadata).map(([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, value]);
  for (const [name, content] of files) {
    signal?.throwIfAborted();
    const type = { 'content-type': mime.getType(name) ?? 'binary/octet-stream' };
    await s3.putObject(bucket, prefix + name, content, { ...type, ...metadata, ...Object.fromEntries(ofUser) });
  }
  if (!deployment.Prune) return;
  const others = (await s3.keys(bucket, prefix)).filter((key) => !files.has(key.slice(prefix.length)));
  await s3.deleteObjects(bucket, others);
}

/** The CDK takes `/` for no prefix, and appends a slash to a prefix without one. */
function keyPrefix(prefix: string): string {
  if (prefix === '' || prefix === '/') return '';
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}

async function sourceFiles(
  deployment: z.output<typeof properties>,
  stack: Stack,
  withLocalAddresses: BucketDeploymentOptions['withLocalAddresses'],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [index, key] of deployment.SourceObjectKeys.entries()) {
    const replaceMarkers = markerReplacer(
      deployment.SourceMarkers[index] ?? {},
      deployment.SourceMarkersConfig[index] ?? {},
      withLocalAddresses,
    );
    for (const [name, content] of await assetFiles(assetPath(stack, key))) files.set(name, replaceMarkers(content));
  }
  return files;
}
