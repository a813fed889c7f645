import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { CatalogueSite } from './catalogue-site.ts';
import { PublicApi } from './public-api.ts';
import { Schedules } from './schedules.ts';
import { StaffApi } from './staff-api.ts';

export class LendingLibraryStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const state = new Bucket(this, 'State', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });

    const { api: publicApi } = new PublicApi(this, 'Public', { state });
    const { api: staffApi, token } = new StaffApi(this, 'Staff', { state });
    const { distribution } = new CatalogueSite(this, 'Site', { apiUrl: publicApi.url });
    new Schedules(this, 'Schedules', { state });

    new CfnOutput(this, 'PublicApiUrl', { value: publicApi.url });
    new CfnOutput(this, 'StaffApiUrl', { value: staffApi.url });
    new CfnOutput(this, 'StaffTokenSecretArn', { value: token.secretArn });
    new CfnOutput(this, 'SiteUrl', { value: `https://${distribution.distributionDomainName}` });
    new CfnOutput(this, 'StateBucketName', { value: state.bucketName });
  }
}
