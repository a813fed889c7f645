import type { S3Client } from '@aws-sdk/client-s3';
import { loadAssembly } from '../../local/assembly/load-assembly.ts';
import { deployToBucket } from '../../local/services/cloudformation/bucket-deployment.ts';
import { type LeftOut, leftOutOfType } from '../assembly/left-out.ts';

/** Uploads what a deployment elsewhere brings to buckets through custom resources: the site with its config.json. */
export async function uploadSite(s3: S3Client, assembly: string, leftOut: readonly LeftOut[]): Promise<void> {
  const stacks = new Map(loadAssembly(assembly).map((stack) => [stack.name, stack]));
  for (const { stack: name, properties } of leftOutOfType(leftOut, 'Custom::CDKBucketDeployment')) {
    const stack = stacks.get(name);
    if (stack === undefined) throw new Error(`the assembly has no stack ${name}`);
    await deployToBucket(properties, { stack, s3 });
  }
}
