import { CfnResource } from 'aws-cdk-lib';
import { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { removalPolicyOf } from '../../config/stage.ts';
import { externalize } from '../../localstack/externalize.ts';
import { siteBucketName } from '../../names.ts';
import { distributionComment, type Site, type SiteProps } from './site.ts';
import { builtWith, FRONTEND, pageSettings } from './site-files.ts';

/** The site as a bucket serves it by itself, in the place of the CloudFront that LocalStack lacks. */
export function bucketSite(scope: Construct, props: SiteProps): Site {
  const { stage, api } = props;
  const bucketName = siteBucketName(stage.name);
  const bucket = new Bucket(scope, 'Bucket', {
    bucketName,
    websiteIndexDocument: 'index.html',
    // Who has no CloudFront before it has to let everybody read, and websites of buckets know no TLS.
    publicReadAccess: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ACLS_ONLY,
    encryption: BucketEncryption.S3_MANAGED,
    removalPolicy: removalPolicyOf(stage),
  });
  const distribution = new CfnResource(scope, 'Distribution', {
    type: CfnDistribution.CFN_RESOURCE_TYPE_NAME,
    properties: { DistributionConfig: { Comment: distributionComment(stage) } },
  });
  externalize(distribution, { ApiUrl: api.url });
  const files = new Asset(scope, 'Assets', { path: FRONTEND, ...builtWith(pageSettings(props, api.url)) });
  const upload = new CfnResource(scope, 'Files', {
    type: 'Custom::CDKBucketDeployment',
    properties: {
      DestinationBucketName: bucketName,
      SourceObjectKeys: [files.s3ObjectKey],
      // The files keep their names from one version to the next.
      SystemMetadata: { 'cache-control': 'no-cache' },
    },
  });
  externalize(upload);
  return { bucket: bucket as IBucket, url: bucket.bucketWebsiteUrl, cloudFrontName: undefined };
}
