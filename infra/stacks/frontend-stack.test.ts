import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { properties, resources, tlsOnlyBuckets } from '../testing/inspect.ts';
import { synthesize } from '../testing/templates.ts';

const { Frontend: dev } = synthesize({ stage: 'dev' });
const [{ DistributionConfig: distribution }] = properties(dev, 'AWS::CloudFront::Distribution');

// The managed policies CachingDisabled and AllViewerExceptHostHeader
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html).
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

describe('site', () => {
  it('serves index.html from a bucket that CloudFront alone can read', () => {
    expect(distribution.DefaultRootObject).toBe('index.html');
    dev.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
    dev.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 's3:GetObject', Principal: { Service: 'cloudfront.amazonaws.com' } }),
        ]),
      },
    });
    dev.resourceCountIs('AWS::CloudFront::OriginAccessControl', 1);
  });

  it('lets nobody reach the bucket without TLS', () => {
    expect(tlsOnlyBuckets(dev)).toEqual(Object.keys(resources(dev, 'AWS::S3::Bucket')));
  });

  it('passes /api/* and /health to the stage of the API, uncached', () => {
    const apiOrigin = distribution.Origins.find((origin: { OriginPath?: unknown }) => origin.OriginPath !== undefined);
    expect(JSON.stringify(apiOrigin.OriginPath)).toContain('DeploymentStagedev');
    expect(distribution.CacheBehaviors).toEqual(
      ['/api/*', '/health'].map((PathPattern) =>
        expect.objectContaining({
          PathPattern,
          TargetOriginId: apiOrigin.Id,
          CachePolicyId: CACHING_DISABLED,
          OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
        }),
      ),
    );
  });

  it('leaves errors of the API as they are', () => {
    expect(distribution.CustomErrorResponses).toBeUndefined();
  });

  it('says where it is', () => {
    dev.hasOutput('SiteUrl', {});
  });
});
