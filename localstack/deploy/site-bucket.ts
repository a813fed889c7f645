import {
  DeleteObjectsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { DeploymentTarget } from '../../local/services/cloudformation/bucket-deployment.ts';

const DELETE_BATCH = 1000;
const USER_METADATA = 'x-amz-meta-';

/** The buckets of an S3 that is reached through its API. */
export function bucketsOf(client: S3Client): DeploymentTarget {
  return {
    async putObject(Bucket, Key, Body, headers) {
      const ofUser = Object.entries(headers).filter(([name]) => name.startsWith(USER_METADATA));
      const object: PutObjectCommandInput = {
        Bucket,
        Key,
        Body,
        ContentType: headers['content-type'],
        CacheControl: headers['cache-control'],
        ContentEncoding: headers['content-encoding'],
        Metadata: Object.fromEntries(ofUser.map(([name, value]) => [name.slice(USER_METADATA.length), value])),
      };
      await client.send(new PutObjectCommand(object));
    },
    async keys(Bucket, Prefix) {
      const pages = await Array.fromAsync(paginateListObjectsV2({ client }, { Bucket, Prefix }));
      return pages.flatMap(({ Contents = [] }) => Contents.flatMap(({ Key }) => Key ?? []));
    },
    async deleteObjects(Bucket, keys) {
      for (let at = 0; at < keys.length; at += DELETE_BATCH) {
        const Objects = keys.slice(at, at + DELETE_BATCH).map((Key) => ({ Key }));
        await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      }
    },
  };
}
