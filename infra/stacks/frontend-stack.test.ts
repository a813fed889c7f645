import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { PROD_WITH_EVERYTHING, STAGE_CONTEXTS } from '../example-contexts.ts';
import { synthesizeApp } from '../synthesize.ts';
import { type Json, properties, resources, tlsOnlyBuckets } from '../testing/inspect.ts';
import { templatesOf } from '../testing/templates.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/1a2b3c4d';

const { Frontend: dev } = templatesOf(STAGE_CONTEXTS.dev);
const { Frontend: prod } = templatesOf(STAGE_CONTEXTS.prod);
const { clientId: _, ...WITHOUT_CLIENT_ID } = STAGE_CONTEXTS.prod;
const { Frontend: named } = templatesOf({ siteDomain: 'orders.example.com', certificateArn: CERTIFICATE });
const distribution = distributionOf(dev);

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

  it('lets nobody reach a bucket without TLS', () => {
    for (const template of [dev, prod]) {
      expect(tlsOnlyBuckets(template).sort()).toEqual(Object.keys(resources(template, 'AWS::S3::Bucket')).sort());
    }
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

  it('tells the page where the API is and whether it asks for a token', () => {
    const shards = [
      { id: 1, from: 'A', to: 'M' },
      { id: 2, from: 'N', to: 'Z' },
    ];
    expect(settingsOf(STAGE_CONTEXTS.dev)).toEqual({ apiBaseUrl: '', shards, auth: 'none' });
    expect(settingsOf(WITHOUT_CLIENT_ID)).toEqual({
      apiBaseUrl: '',
      shards,
      auth: 'jwt',
      userClaim: 'orderflow_user',
    });
  });

  it('tells the page how its readers sign in', () => {
    expect(settingsOf(PROD_WITH_EVERYTHING)).toMatchObject({
      auth: 'jwt',
      userClaim: 'orderflow_user',
      operatorClaim: 'groups=operators',
      signIn: {
        issuer: 'https://identity.example.com/',
        audience: 'orderflow',
        clientId: 'orderflow-dashboard',
        scopes: 'openid offline_access',
        sentToken: 'access',
      },
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>, number]>([
    ['has a client id', STAGE_CONTEXTS.prod, 0],
    ['has none', WITHOUT_CLIENT_ID, 1],
    ['asks for no token', STAGE_CONTEXTS.dev, 0],
  ])('warns when the page can only ask for a token to be pasted: it %s', (_, context, warnings) => {
    const stack = synthesizeApp(context).node.findChild('Frontend') as Stack;
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('Context "clientId"'))).toHaveLength(
      warnings,
    );
  });

  it('says where it is', () => {
    dev.hasOutput('SiteUrl', { Value: { 'Fn::Join': ['', ['https://', Match.anyValue()]] } });
    dev.hasOutput('SiteBucketName', {});
  });
});

describe("a name of the operator's own", () => {
  it('is served with their certificate and TLS 1.2 at least', () => {
    expect(distributionOf(named)).toMatchObject({
      Aliases: ['orders.example.com'],
      ViewerCertificate: { AcmCertificateArn: CERTIFICATE, MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
  });

  it('is what the outputs say, with what its DNS entry has to point to', () => {
    named.hasOutput('SiteUrl', { Value: 'https://orders.example.com' });
    named.hasOutput('SiteAliasTarget', {
      Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('Distribution'), 'DomainName'] },
    });
  });
});

describe('requests to the site', () => {
  it('are recorded in prod, in a bucket that CloudFront may write to and that forgets after 90 days', () => {
    const { Logging } = distributionOf(prod);
    const [logsId] = Logging.Bucket['Fn::GetAtt'];
    expect(resources(prod, 'AWS::S3::Bucket')[logsId]).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
        LifecycleConfiguration: { Rules: [expect.objectContaining({ ExpirationInDays: 90 })] },
      },
    });
  });

  it('are not recorded in dev', () => {
    expect(distribution.Logging).toBeUndefined();
    dev.resourceCountIs('AWS::S3::Bucket', 1);
  });
});

describe('security headers', () => {
  const [policyId] = Object.keys(resources(dev, 'AWS::CloudFront::ResponseHeadersPolicy'));
  const [{ ResponseHeadersPolicyConfig: policy }] = properties(dev, 'AWS::CloudFront::ResponseHeadersPolicy');

  it('go with every response, whoever gave it', () => {
    for (const behavior of [distribution.DefaultCacheBehavior, ...distribution.CacheBehaviors]) {
      expect(behavior).toMatchObject({
        ResponseHeadersPolicyId: { Ref: policyId },
        ViewerProtocolPolicy: 'redirect-to-https',
      });
    }
  });

  it('keep browsers to TLS, to declared content types, out of frames, and from telling where they come from', () => {
    expect(policy.SecurityHeadersConfig).toEqual({
      ContentSecurityPolicy: { ContentSecurityPolicy: expect.any(String), Override: true },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, IncludeSubdomains: false, Override: true },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
    });
  });

  it('allow the page what its own head allows, but for addresses other than its own', () => {
    const html = readFileSync(new URL('../../frontend/index.html', import.meta.url), 'utf8');
    const [, ownPolicy = ''] = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html) ?? [];
    const header = directives(policy.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy);
    expect(header).toEqual({
      ...directives(ownPolicy),
      'connect-src': "'self'",
      // In a page's head, this one has no effect.
      'frame-ancestors': "'none'",
    });
  });

  it('let the page talk to the issuer and its endpoints where readers sign in, and to nobody else', () => {
    const policyOf = (template: typeof dev) =>
      properties(template, 'AWS::CloudFront::ResponseHeadersPolicy')[0].ResponseHeadersPolicyConfig
        .SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy;
    expect(directives(policyOf(templatesOf(WITHOUT_CLIENT_ID).Frontend))).toEqual(directives(policyOf(dev)));
    expect(directives(policyOf(prod))['connect-src']).toBe("'self' https://identity.example.com");
    expect(directives(policyOf(templatesOf(PROD_WITH_EVERYTHING).Frontend))).toEqual({
      ...directives(policyOf(dev)),
      'connect-src': "'self' https://identity.example.com https://orders.auth.eu-central-1.amazoncognito.com",
    });
  });
});

function distributionOf(template: typeof dev): Json {
  return properties(template, 'AWS::CloudFront::Distribution')[0].DistributionConfig;
}

/** What the site's `config.json` holds. */
function settingsOf(context: Readonly<Record<string, unknown>>): Json {
  const { outdir } = synthesizeApp(context);
  const [file] = globSync(join(outdir, 'asset.*', 'config.json'));
  return JSON.parse(readFileSync(file ?? '', 'utf8'));
}

function directives(policy: string): Record<string, string> {
  return Object.fromEntries(
    policy.split(/;\s*/).map((directive) => [directive.split(' ', 1)[0], directive.replace(/^\S+ ?/, '')]),
  );
}
