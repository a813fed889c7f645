import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { StaticSite, type StaticSiteProps } from '../constructs/site/static-site.ts';

export type FrontendStackProps = StackProps & StaticSiteProps;

/** The dashboard, with the API under the same address. */
export class FrontendStack extends Stack {
  constructor(scope: Construct, id: string, props: FrontendStackProps) {
    super(scope, id, props);
    const { bucket, distribution } = new StaticSite(this, 'Site', props);
    const { distributionDomainName } = distribution;
    new CfnOutput(this, 'SiteUrl', { value: `https://${props.siteDomain?.name ?? distributionDomainName}` });
    new CfnOutput(this, 'SiteBucketName', { value: bucket.bucketName });
    if (props.siteDomain !== undefined) {
      new CfnOutput(this, 'SiteAliasTarget', {
        description: `What the DNS entry of ${props.siteDomain.name} has to point to`,
        value: distributionDomainName,
      });
    }
  }
}
