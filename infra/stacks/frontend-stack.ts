import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SiteProps } from '../constructs/site/site.ts';
import { StaticSite } from '../constructs/site/static-site.ts';

export type FrontendStackProps = StackProps & SiteProps;

/** The dashboard, with the API under the same address where there is CloudFront. */
export class FrontendStack extends Stack {
  constructor(scope: Construct, id: string, props: FrontendStackProps) {
    super(scope, id, props);
    const { bucket, url, cloudFrontName } = new StaticSite(this, 'Site', props);
    new CfnOutput(this, 'SiteUrl', { value: url });
    new CfnOutput(this, 'SiteBucketName', { value: bucket.bucketName });
    if (props.siteDomain !== undefined && cloudFrontName !== undefined) {
      new CfnOutput(this, 'SiteAliasTarget', {
        description: `Target of the DNS record of ${props.siteDomain.name}`,
        value: cloudFrontName,
      });
    }
  }
}
