import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { StaticSite, type StaticSiteProps } from '../constructs/static-site.ts';

export type FrontendStackProps = StackProps & StaticSiteProps;

/** The dashboard, with the API under the same address. */
export class FrontendStack extends Stack {
  constructor(scope: Construct, id: string, props: FrontendStackProps) {
    super(scope, id, props);
    const site = new StaticSite(this, 'Site', props);
    new CfnOutput(this, 'SiteUrl', { value: `https://${site.distribution.distributionDomainName}` });
    new CfnOutput(this, 'SiteBucketName', { value: site.bucket.bucketName });
  }
}
