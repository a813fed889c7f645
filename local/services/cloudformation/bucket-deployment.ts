import mime from 'mime';
import { z } from 'zod';
import { assetFiles, assetPath } from '../../assembly/asset-files.ts';
import type { ResourceProvider } from '../../assembly/resource-provider.ts';
import type { Stack } from '../../assembly/template.ts';
import { physicalId } from '../physical-names.ts';
import { boolean, created, notSupported, provider, REPLACED, texts } from '../provider.ts';
import { register } from '../register.ts';
import { DeployedSite, siteRecipeOf } from './deployed-site.ts';
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

/** The CDK's bucket deployment, without its Python function. @param sites gets those that the app builds by a recipe */
export const bucketDeployment = (
  services: () => { s3: DeploymentTarget; withLocalAddresses(text: string): string },
  sites: Map<string, DeployedSite>,
): ResourceProvider =>
  provider(
    "the runner itself copies the assets to the bucket, in place of the CDK's Python function",
    properties,
    async (deployment, request) => {
      const { s3, withLocalAddresses } = services();
      const recipe = siteRecipeOf(request.declaration);
      const deployed = await deploy(deployment, {
        stack: request.stack,
        s3,
        withLocalAddresses,
        signal: request.signal,
      });
      const id = physicalId('aws.cdk.s3deployment', request);
      const site = recipe && new DeployedSite(recipe, deployed.ofFirstSource, deployed);
      const attributes = {
        DestinationBucketArn: deployment.DestinationBucketArn,
        SourceObjectKeys: deployment.SourceObjectKeys,
      };
      return created(id, attributes, site && register(sites, id, site));
    },
    REPLACED,
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

/** What a deployment has put into a bucket, and what changes it later. */
interface Deployed {
  /** By name: those that no later source replaces. */
  readonly ofFirstSource: ReadonlyMap<string, Uint8Array>;
  put(name: string, contents: Uint8Array): Promise<void>;
  remove(names: readonly string[]): Promise<void>;
}

async function deploy(
  deployment: z.output<typeof properties>,
  { stack, s3, withLocalAddresses, signal }: BucketDeploymentOptions,
): Promise<Deployed> {
  const { DestinationBucketName: bucket, SystemMetadata: metadata, UserMetadata: userMetadata } = deployment;
  const prefix = keyPrefix(deployment.DestinationBucketKeyPrefix);
  const ofUser = Object.entries(userMetadata).map(([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, value]);
  const put = async (name: string, contents: Uint8Array) => {
    const type = { 'content-type': mime.getType(name) ?? 'binary/octet-stream' };
    await s3.putObject(bucket, prefix + name, contents, { ...type, ...metadata, ...Object.fromEntries(ofUser) });
  };
  const sources = await sourceFiles(deployment, stack, withLocalAddresses);
  const files = new Map(sources.flatMap((source) => [...source]));
  for (const [name, contents] of files) {
    signal?.throwIfAborted();
    await put(name, contents);
  }
  if (deployment.Prune) {
    const others = (await s3.keys(bucket, prefix)).filter((key) => !files.has(key.slice(prefix.length)));
    await s3.deleteObjects(bucket, others);
  }
  const [first = new Map<string, Uint8Array>(), ...later] = sources;
  return {
    ofFirstSource: new Map([...first].filter(([name]) => !later.some((source) => source.has(name)))),
    put,
    remove: (names) =>
      s3.deleteObjects(
        bucket,
        names.map((name) => prefix + name),
      ),
  };
}

/** The CDK takes `/` for no prefix, and appends a slash to a prefix without one. */
function keyPrefix(prefix: string): string {
  if (prefix === '' || prefix === '/') return '';
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** The files of each source, by name. */
async function sourceFiles(
  deployment: z.output<typeof properties>,
  stack: Stack,
  withLocalAddresses: BucketDeploymentOptions['withLocalAddresses'],
): Promise<Map<string, Uint8Array>[]> {
  return Promise.all(
    deployment.SourceObjectKeys.map(async (key, index) => {
      const replaceMarkers = markerReplacer(
        deployment.SourceMarkers[index] ?? {},
        deployment.SourceMarkersConfig[index] ?? {},
        withLocalAddresses,
      );
      const files = await assetFiles(assetPath(stack, key));
      return new Map([...files].map(([name, content]) => [name, replaceMarkers(content)]));
    }),
  );
}
