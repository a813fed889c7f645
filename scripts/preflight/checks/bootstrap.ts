import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Template } from '../../../local/assembly/template.ts';
import { isError } from '../aws-errors.ts';
import { type Check, type Finding, lack } from '../check.ts';
import { readResource } from '../read-resource.ts';
import type { Target } from '../target.ts';

/** The rule by which the CDK's templates refuse versions that are too old; the list holds all of them. */
const rule = z.object({
  Rules: z.object({
    CheckBootstrapVersion: z.object({
      Assertions: z.tuple([
        z.object({
          Assert: z.object({
            'Fn::Not': z.tuple([z.object({ 'Fn::Contains': z.tuple([z.array(z.coerce.number()), z.unknown()]) })]),
          }),
        }),
      ]),
    }),
  }),
});

/**
 * Whether the Region has what `cdk deploy` uploads to and deploys with, in a version that is new enough.
 * https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
 */
export const bootstrap: Check = {
  title: 'CDK bootstrap',
  async find(target) {
    const templates = target.stacks.map(({ template }) => template);
    const needed = Math.max(...templates.map(neededVersion));
    const names = templates.map(({ Parameters }) => String(Parameters?.BootstrapVersion?.Default));
    const versions = await Promise.all([...new Set(names)].map((name) => versionProblem(target, name, needed)));
    if (versions.flat().length > 0) return versions.flat();
    const buckets = target.resources.flatMap(({ property }) => bucketsOf(property('Code') ?? property('Content')));
    return (await Promise.all([...new Set(buckets)].map((bucket) => bucketProblem(target, bucket)))).flat();
  },
};

function neededVersion(template: Template): number {
  const [{ Assert }] = rule.parse(template).Rules.CheckBootstrapVersion.Assertions;
  return Math.max(...Assert['Fn::Not'][0]['Fn::Contains'][0]) + 1;
}

async function versionProblem(target: Target, name: string, needed: number): Promise<Finding[]> {
  const remedy = `Run \`npx cdk bootstrap aws://${target.accountId}/${target.region}\`.`;
  const parameter = await readResource(target.aws, 'AWS::SSM::Parameter', name);
  if (parameter === undefined) {
    return [lack(`${target.region} is not bootstrapped: there is no parameter ${name}.`, remedy)];
  }
  const version = Number(parameter.Value);
  if (version >= needed) return [];
  return [lack(`The bootstrap stack has version ${version}, and the templates need ${needed}.`, remedy)];
}

function bucketsOf(source: unknown): string[] {
  const { success, data } = z.object({ S3Bucket: z.string() }).safeParse(source);
  return success ? [data.S3Bucket] : [];
}

async function bucketProblem({ aws, accountId, region }: Target, bucket: string): Promise<Finding[]> {
  try {
    await aws.s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: accountId }));
    return [];
  } catch (error) {
    if (!isError(error, 'NotFound', 'NoSuchBucket')) throw error;
    const remedy = `Delete the stack CDKToolkit, then run \`npx cdk bootstrap aws://${accountId}/${region}\`.`;
    return [lack(`The bootstrap bucket ${bucket} is gone.`, remedy)];
  }
}
