import { z } from 'zod';
import { arnOf } from '../../aws-identity.ts';
import { resourceHash, resourceUuid } from '../physical-names.ts';
import { notSupported } from '../properties.ts';
import { created, provider, type ResourceProviders } from '../provider.ts';
import { bucketDomain } from '../s3/resources.ts';
import type { Behavior, Origin } from './distribution-definition.ts';
import { responseHeadersPolicy, responseHeadersPolicyProperties } from './response-headers-policy.ts';

const behavior = z.object({
  TargetOriginId: z.string(),
  // CloudFront's default.
  AllowedMethods: z.array(z.string()).default(['GET', 'HEAD']),
  ResponseHeadersPolicyId: z.string().optional(),
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

/** CloudFront: distributions and the headers that they add to responses. */
export const cloudFrontProviders: ResourceProviders = {
  'AWS::CloudFront::Distribution': provider(
    'an HTTP server in front of the bucket and the REST API, without a cache',
    properties,
    ({ DistributionConfig: config }, request) => {
      const { context } = request;
      const origins = new Map(config.Origins.map(({ Id, DomainName }) => [Id, originAt(DomainName)]));
      const behaviorOf = (settings: z.output<typeof behavior>): Behavior => {
        const { TargetOriginId, AllowedMethods: allowedMethods, ResponseHeadersPolicyId: policyId } = settings;
        const origin = origins.get(TargetOriginId);
        if (!origin) throw new Error(`it has no origin ${TargetOriginId}`);
        if (policyId === undefined) return { origin, allowedMethods };
        const policy = context.responseHeadersPolicies.get(policyId);
        if (!policy) throw new Error(`${policyId} is no response headers policy of this run`);
        return { origin, allowedMethods, responseHeadersPolicy: policy };
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

  'AWS::CloudFront::ResponseHeadersPolicy': provider(
    'headers that the local distribution adds and takes away',
    responseHeadersPolicyProperties,
    (policyProperties, request) => {
      const id = resourceUuid(request);
      request.context.responseHeadersPolicies.set(id, responseHeadersPolicy(policyProperties));
      return created(id, { Id: id });
    },
  ),
};

function originAt(domainName: string): Origin {
  if (domainName.includes('.execute-api.')) return { type: 'api' };
  const bucket = domainName.replace(bucketDomain(''), '');
  if (bucketDomain(bucket) !== domainName) throw new Error(`its origin ${domainName} is neither bucket nor REST API`);
  return { type: 'bucket', bucket };
}
