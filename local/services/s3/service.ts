import { hash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { REGION, URL_SUFFIX } from '../../aws-identity.ts';
import type { Iam } from '../iam/service.ts';
import { physicalName } from '../physical-names.ts';
import { created, mustBeOff, notSupported, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import type { Run, Service } from '../service.ts';
import { S3Api } from './api.ts';
import { requireBucketName } from './bucket-name.ts';
import { requireBucket, resourceArn } from './call.ts';
import { DEFAULT_ALGORITHM, fullChecksum } from './checksums.ts';
import { asReceived, describe } from './description.ts';
import { Hold } from './hold.ts';
import { ObjectStore } from './store/object-store.ts';
import type { Description } from './store/stored.ts';

export { resourceArn } from './call.ts';

const MAX_BUCKET_NAME = 63;
const BUCKET_POLICY = 'bucket policy';

/** Objects with a key of the app's own would need permissions of KMS. */
const encryption = z.object({ SSEAlgorithm: z.string(), KMSMasterKeyID: notSupported }).optional();

/** What matters of a bucket. */
const bucketProperties = z.object({
  BucketName: z.string().optional(),
  AccessControl: z
    .enum(
      ['Private', 'LogDeliveryWrite', 'AwsExecRead', 'BucketOwnerRead', 'BucketOwnerFullControl'],
      'is not supported by the local runner: use a bucket policy',
    )
    .optional(),
  BucketEncryption: z
    .object({ ServerSideEncryptionConfiguration: z.array(z.object({ ServerSideEncryptionByDefault: encryption })) })
    .optional(),
  NotificationConfiguration: notSupported,
  ObjectLockConfiguration: notSupported,
  ObjectLockEnabled: mustBeOff,
  ReplicationConfiguration: notSupported,
  WebsiteConfiguration: notSupported,
});

/** S3: buckets and objects in the data folder. */
export class S3 implements Service {
  readonly #run: Pick<Run, 'settings'>;
  readonly #policies: Iam['policies'];
  #open: { store: ObjectStore; api: S3Api; hold: Hold } | undefined;

  constructor(run: Pick<Run, 'settings'>, { policies }: Pick<Iam, 'policies'>) {
    this.#run = run;
    this.#policies = policies;
  }

  readonly resources: ResourceProviders = {
    'AWS::S3::Bucket': provider(
      'a bucket of the local S3, kept between runs',
      bucketProperties,
      (properties, request) => {
        const name = properties.BucketName ?? physicalName(request, MAX_BUCKET_NAME).toLowerCase();
        requireBucketName(name);
        this.store.createBucket(name);
        return created(name, {
          Arn: resourceArn(name),
          DomainName: `${name}.s3.${URL_SUFFIX}`,
          RegionalDomainName: bucketDomain(name),
        });
      },
      REPLACED,
    ),
    'AWS::S3::BucketPolicy': provider(
      'who may use the bucket, besides those whose own policies allow it',
      z.object({ Bucket: z.string(), PolicyDocument: z.unknown() }),
      ({ Bucket, PolicyDocument }, request) => {
        const remove = this.#policies.putResourcePolicy(resourceArn(Bucket), BUCKET_POLICY, PolicyDocument);
        return created(physicalName(request, 64), {}, remove);
      },
      REPLACED,
    ),
  };

  get api(): S3Api | undefined {
    return this.#open?.api;
  }

  /** What the buckets hold, for other services. */
  get store(): ObjectStore {
    if (!this.#open) throw new Error('S3 is not open');
    return this.#open.store;
  }

  /** @throws UserError when the data folder has objects that another version of this project wrote */
  async open(): Promise<void> {
    const { dataDir } = this.#run.settings;
    const store = new ObjectStore(join(dataDir, 's3'));
    const hold = new Hold(dataDir);
    const policyOf = (bucket: string) => this.#policies.resourcePolicy(resourceArn(bucket), BUCKET_POLICY);
    this.#open = { store, hold, api: new S3Api(store, { hold, policyOf }) };
  }

  async stop(): Promise<void> {
    this.#open?.store.close();
    this.#open = undefined;
  }

  /**
   * Stores an object.
   *
   * @param headers what S3 keeps with it, such as `content-type`, with names in lower case
   * @throws AwsError as PutObject does
   */
  async putObject(bucket: string, key: string, bytes: Uint8Array, headers: Description['headers']): Promise<void> {
    requireBucket(this.store, bucket);
    const received = Object.entries(headers).map(([name, value]) => [name, asReceived(value)]);
    const description = describe(Object.fromEntries(received));
    const checksum = await fullChecksum(DEFAULT_ALGORITHM, bytes);
    const content = await this.store.receive([bytes]);
    this.store.put(bucket, key, { content, etag: hash('md5', bytes), checksum, ...description });
  }

  /** The keys with a prefix. */
  async keys(bucket: string, prefix: string): Promise<string[]> {
    const { entries } = this.store.list(bucket, { prefix, delimiter: '', after: '', limit: Number.MAX_SAFE_INTEGER });
    return entries.flatMap((entry) => ('object' in entry ? entry.object.key : []));
  }

  async deleteObjects(bucket: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) this.store.delete(bucket, key);
  }

  /** Reads an object; undefined when there is none. */
  async getObject(bucket: string, key: string) {
    await this.#open?.hold.over();
    const object = this.store.find(bucket, key);
    if (!object) return undefined;
    const { 'content-type': contentType, 'cache-control': cacheControl } = object.headers;
    const bytes = this.store.read(object);
    return {
      body: Buffer.isBuffer(bytes) ? Readable.from([bytes]) : bytes,
      contentLength: object.size,
      etag: `"${object.etag}"`,
      lastModified: object.modified,
      ...(contentType === undefined ? {} : { contentType }),
      ...(cacheControl === undefined ? {} : { cacheControl }),
    };
  }
}

/** The domain name under which a distribution knows a bucket. */
export function bucketDomain(bucket: string): string {
  return `${bucket}.s3.${REGION}.${URL_SUFFIX}`;
}
