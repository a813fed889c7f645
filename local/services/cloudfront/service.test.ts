import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../tooling/log-fixture.ts';
import { deploy } from '../../assembly/deploy.ts';
import { optionsOf, stackOf } from '../../assembly/deploy-fixture.ts';
import type { ResourceProvider } from '../../assembly/resource-provider.ts';
import { settingsFixture } from '../../settings-fixture.ts';
import { Ec2 } from '../ec2/service.ts';
import { Iam } from '../iam/service.ts';
import { CloudFront } from './service.ts';

const FILE = { body: [Buffer.from('hello')], contentLength: 5 };

/** A distribution of the bucket `site`, whose policy lets CloudFront read for one distribution. */
async function siteStatus(control: object, distributionOf: (arn: string) => string): Promise<number> {
  const iam = new Iam();
  const s3 = { getObject: async () => FILE as never };
  const Origins = [{ Id: 'bucket', DomainName: 'site.s3.us-east-1.amazonaws.com', ...control }];
  const DistributionConfig = { DefaultCacheBehavior: { TargetOriginId: 'bucket' }, Origins };
  const site = { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig } };
  const stack = stackOf('app', { Resources: { Site: site } });
  const run = { settings: settingsFixture('/nowhere'), stacks: [stack], log: silentLog };
  const cloudFront = new CloudFront(run, { s3, api: { urlOf: () => 'http://127.0.0.1:9' }, iam }, new Ec2(run, iam));
  const providerOf = ({ Type }: { Type: string }) => cloudFront.resources[Type] as ResourceProvider;
  await deploy([stack], { providerOf }, optionsOf());
  const [distribution] = cloudFront.distributions;
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
  return (await fetch(`${cloudFront.urls.get('Site')}/index.html`)).status;
}

const signed = { OriginAccessControlId: 'E123' };

it("a distribution reads its bucket by the bucket's policy", async () => {
  expect(await siteStatus(signed, (arn) => arn)).toBe(200);
});

it.each([
  ['the policy names another distribution', signed, (arn: string) => `${arn}2`],
  ['it has no origin access control', {}, (arn: string) => arn],
])('a distribution may not read its bucket when %s', async (_, control, distributionOf) => {
  expect(await siteStatus(control, distributionOf)).toBe(403);
});
