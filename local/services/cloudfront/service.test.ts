import { expect, it, onTestFinished } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { deploy } from '../../assembly/deploy.ts';
import { optionsOf, stackOf } from '../../assembly/deploy-fixture.ts';
import type { ResourceProvider } from '../../assembly/resource-provider.ts';
import { settingsFixture } from '../../settings-fixture.ts';
import { Ec2 } from '../ec2/service.ts';
import { Iam } from '../iam/service.ts';
import { servicesFixture } from '../services-fixture.ts';
import { CloudFront } from './service.ts';

const FILE = { body: [Buffer.from('hello')], contentLength: 5 };

/** A distribution of the bucket `site`, whose policy lets CloudFront read for one distribution. */
async function siteStatus(control: object, distributionOf: (arn: string) => string) {
  const log = memoryLog();
  const iam = new Iam();
  const s3 = { getObject: async () => FILE as never };
  const Origins = [{ Id: 'bucket', DomainName: 'site.s3.us-east-1.amazonaws.com', ...control }];
  const DistributionConfig = { DefaultCacheBehavior: { TargetOriginId: 'bucket' }, Origins };
  const site = { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig } };
  const stack = stackOf('app', { Resources: { Site: site } });
  const run = { settings: settingsFixture('/nowhere'), stacks: [stack], log };
  const cloudFront = new CloudFront(run, { s3, api: { urlOf: () => 'http://127.0.0.1:9' }, iam }, new Ec2(run, iam));
  const providerOf = ({ Type }: { Type: string }) => cloudFront.resources[Type] as ResourceProvider;
  await deploy([stack], { providerOf }, optionsOf());
  const [distribution] = cloudFront.distributions.values();
  const origin = distribution?.defaultBehavior.origin;
  const arn = origin?.type === 'bucket' ? (origin.signedFor ?? '') : '';
  iam.policies.putResourcePolicy('arn:aws:s3:::site', 'bucket policy', {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::site/*',
      Condition: { StringEquals: { 'AWS:SourceArn': distributionOf(arn) } },
    },
  });
  await cloudFront.start();
  onTestFinished(() => cloudFront.stop());
  const { status } = await fetch(`${cloudFront.urls.get('Site')}/index.html`);
  return { status, refusals: log.lines.filter((line) => line.includes('may not do')) };
}

const signed = { OriginAccessControlId: 'E123' };

it("a distribution reads its bucket by the bucket's policy", async () => {
  expect(await siteStatus(signed, (arn) => arn)).toEqual({ status: 200, refusals: [] });
});

it.each([
  ['the policy names another distribution', signed, (arn: string) => `${arn}2`, 'cloudfront.amazonaws.com (arn:'],
  ['it has no origin access control', {}, (arn: string) => arn, 'anonymous'],
])('a distribution may not read its bucket when %s, and the log says why', async (_, control, distributionOf, who) => {
  const { status, refusals } = await siteStatus(control, distributionOf);
  expect(status).toBe(403);
  expect(refusals).toEqual([expect.stringContaining(who)]);
  expect(refusals[0]).toContain('In the CDK: origins.S3BucketOrigin.withOriginAccessControl(bucket).');
});

it.each([
  [
    'a folder of a bucket',
    { DomainName: 'site.s3.us-east-1.amazonaws.com', OriginPath: '/v2' },
    'the path /v2, which is not supported',
  ],
  [
    'an API without its stage',
    { DomainName: 'abc.execute-api.us-east-1.amazonaws.com' },
    "needs the stage alone as its path, not ''",
  ],
  [
    'an API that does not get what the viewer sends',
    { DomainName: 'abc.execute-api.us-east-1.amazonaws.com', OriginPath: '/v1' },
    'needs OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER of the CDK',
  ],
])('a distribution is refused whose origin is %s', async (_, origin, message) => {
  const DistributionConfig = { DefaultCacheBehavior: { TargetOriginId: 'it' }, Origins: [{ Id: 'it', ...origin }] };
  const site = { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig } };
  await expect(servicesFixture().deploy([stackOf('app', { Resources: { Site: site } })])).rejects.toThrow(message);
});
