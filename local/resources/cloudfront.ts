import { z } from 'zod';
import { arnOf } from '../aws-identity.ts';
import type { Behavior, Origin } from '../gateway/distribution/distribution-definition.ts';
import { created, type Handlers, run } from './handler.ts';
import { resourceHash } from './names.ts';
import { notSupported } from './properties.ts';
import { bucketDomain } from './s3.ts';

const behavior = z.object({
  TargetOriginId: z.string(),
  // CloudFront's default.
  AllowedMethods: z.array(z.string()).default(['GET', 'HEAD']),
  FunctionAssociations: notSupported,
  LambdaFunctionAssociations: notSupported,
});

const properties = z.object({
  DistributionConfig: z.object({
    DefaultRootObject: z.string().optional(),
    DefaultCacheBehavior: behavior,
    CacheBehaviors: z.array(behavior.extend({ PathPattern: z.string() })).default([]),
    CustomErrorResponses: notSupported,
    Origins: z.array(z.object({ Id: z.string(), DomainName: z.string() })),
  }),
});

/** CloudFront: distributions. */
export const cloudFrontHandlers: Handlers = {
  'AWS::CloudFront::Distribution': run(
    'an HTTP server in front of the bucket and the REST API, without a cache',
    properties,
    ({ DistributionConfig: config }, request) => {
      const { context } = request;
      const origins = new Map(config.Origins.map(({ Id, DomainName }) => [Id, originAt(DomainName)]));
      const behaviorOf = ({ TargetOriginId, AllowedMethods }: z.output<typeof behavior>): Behavior => {
        const origin = origins.get(TargetOriginId);
        if (!origin) throw new Error(`it has no origin ${TargetOriginId}`);
        return { origin, allowedMethods: AllowedMethods };
      };
      context.distributions.push({
        ...(config.DefaultRootObject === undefined ? {} : { defaultRootObject: config.DefaultRootObject }),
        defaultBehavior: behaviorOf(config.DefaultCacheBehavior),
        behaviors: config.CacheBehaviors.map((item) => ({ ...behaviorOf(item), pathPattern: item.PathPattern })),
      });
      const id = `E${resourceHash(request, 13).toUpperCase()}`;
      return created(id, {
        Id: id,
        DomainName: `d${resourceHash(request, 13)}.cloudfront.net`,
        Arn: arnOf('cloudfront', `distribution/${id}`, { global: true }),
      });
    },
  ),
};

function originAt(domainName: string): Origin {
  if (domainName.includes('.execute-api.')) return { type: 'api' };
  const bucket = domainName.replace(bucketDomain(''), '');
  if (bucketDomain(bucket) !== domainName) throw new Error(`its origin ${domainName} is neither bucket nor REST API`);
  return { type: 'bucket', bucket };
}
