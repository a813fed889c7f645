import { z } from 'zod';
import { boolean, mustBeOff, notSupported } from '../provider.ts';
import { bucketDomain } from '../s3/service.ts';
import { required } from '../service.ts';
import type { Behavior, DistributionDefinition, Origin } from './distribution-definition.ts';
import type { ResponseHeadersPolicy } from './response-headers-policy.ts';

/** A managed policy: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html */
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
const STAGE_PATH = /^\/[\w-]+$/;

const behavior = z.object({
  TargetOriginId: z.string(),
  // CloudFront's default.
  AllowedMethods: z.array(z.string()).default(['GET', 'HEAD']),
  ResponseHeadersPolicyId: z.string().optional(),
  OriginRequestPolicyId: z.string().optional(),
  FieldLevelEncryptionId: notSupported,
  TrustedKeyGroups: notSupported,
  TrustedSigners: notSupported,
  FunctionAssociations: notSupported,
  LambdaFunctionAssociations: notSupported,
});

const origin = z.object({
  Id: z.string(),
  DomainName: z.string(),
  OriginPath: z.string().default(''),
  OriginAccessControlId: z.string().default(''),
  OriginCustomHeaders: notSupported,
  S3OriginConfig: z
    .object({ OriginAccessIdentity: z.literal('', 'use an origin access control').optional() })
    .optional(),
});

/** `DistributionConfig` of a distribution. */
export const distributionConfig = z.object({
  DefaultRootObject: z.string().optional(),
  DefaultCacheBehavior: behavior,
  CacheBehaviors: z.array(behavior.extend({ PathPattern: z.string() })).default([]),
  Enabled: boolean
    .default(true)
    .refine((enabled) => enabled, 'a distribution that is off is not supported by the local runner'),
  ContinuousDeploymentPolicyId: notSupported,
  CustomErrorResponses: notSupported,
  OriginGroups: notSupported,
  Staging: mustBeOff,
  Origins: z.array(origin),
});

export type DistributionConfig = z.output<typeof distributionConfig>;

/**
 * What a distribution serves.
 *
 * @param policies by id, those that its behaviors may name
 * @throws Error for what the local runner cannot serve, or for a policy that is not there
 */
export function distributionDefinition(
  config: DistributionConfig,
  arn: string,
  policies: ReadonlyMap<string, ResponseHeadersPolicy>,
): DistributionDefinition {
  const origins = new Map(
    config.Origins.map(({ Id, DomainName, OriginPath, OriginAccessControlId: control }) => {
      const signedFor = control === '' ? {} : { signedFor: arn };
      return [Id, { ...originAt(DomainName, OriginPath), ...signedFor }];
    }),
  );
  const behaviorOf = (settings: z.output<typeof behavior>): Behavior => {
    const { TargetOriginId, AllowedMethods: allowedMethods, ResponseHeadersPolicyId: policyId } = settings;
    const origin = origins.get(TargetOriginId);
    if (!origin) throw new Error(`it has no origin ${TargetOriginId}`);
    if (origin.type === 'api' && settings.OriginRequestPolicyId !== ALL_VIEWER_EXCEPT_HOST_HEADER)
      throw new Error(
        `its behavior for the origin ${TargetOriginId} needs OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER of the CDK: ` +
          'the local runner hands an API all that the viewer sends, and CloudFront by itself does not',
      );
    if (policyId === undefined) return { origin, allowedMethods };
    const policy = required(policies.get(policyId), `response headers policy ${policyId}`);
    return { origin, allowedMethods, responseHeadersPolicy: policy };
  };
  return {
    ...(config.DefaultRootObject === undefined ? {} : { defaultRootObject: config.DefaultRootObject }),
    defaultBehavior: behaviorOf(config.DefaultCacheBehavior),
    behaviors: config.CacheBehaviors.map((item) => ({ ...behaviorOf(item), pathPattern: item.PathPattern })),
  };
}

function originAt(domainName: string, path: string): Origin {
  const [restApiId = '', service] = domainName.split('.');
  if (service === 'execute-api') {
    if (!STAGE_PATH.test(path))
      throw new Error(`its origin ${domainName} needs the stage alone as its path, not '${path}'`);
    return { type: 'api', restApiId };
  }
  if (path !== '') throw new Error(`its origin ${domainName} has the path ${path}, which is not supported for buckets`);
  const bucket = domainName.replace(bucketDomain(''), '');
  if (bucketDomain(bucket) !== domainName) throw new Error(`its origin ${domainName} is neither bucket nor REST API`);
  return { type: 'bucket', bucket };
}
