import { Duration, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ACCESS_LOG_DAYS } from '../../config/retention.ts';
import { removalPolicyOf, type Stage } from '../../config/stage.ts';

export interface PrivateBucketProps
  extends Pick<BucketProps, 'versioned' | 'lifecycleRules' | 'objectOwnership' | 'serverAccessLogsPrefix'> {
  readonly stage: Stage;
  /** CloudFormation names the bucket when this is not given. */
  readonly bucketName?: string | undefined;
  /** Where each request is recorded, under the prefix; nowhere when not given. */
  readonly accessLogs?: AccessLogsBucket | undefined;
}

/**
 * A bucket that nobody reaches from outside the account or without TLS, encrypted with S3's own key. It goes with its
 * stack, objects included, where the stage is disposable.
 */
export class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    const { stage, bucketName, accessLogs, serverAccessLogsPrefix = '', ...rest } = props;
    super(scope, id, {
      ...rest,
      ...(bucketName === undefined ? {} : { bucketName }),
      // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes. A prefix without a bucket would make the CDK
      // record each request in this one.
      ...(accessLogs === undefined ? {} : { serverAccessLogsBucket: accessLogs as IBucket, serverAccessLogsPrefix }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: removalPolicyOf(stage),
      // LocalStack empties a bucket before it deletes it.
      autoDeleteObjects: stage.disposable && stage.localstack === undefined,
    });
    if (accessLogs === undefined && stage.disposable) {
      Validations.of(this).acknowledge({
        id: 'AwsSolutions-S1',
        reason: 'The stage is disposable: access to its objects needs no log.',
      });
    }
  }
}

/** What AWS services record about requests, kept for a quarter of a year. */
export class AccessLogsBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, props: { readonly stage: Stage; readonly forCloudFront?: boolean }) {
    super(scope, id, {
      stage: props.stage,
      lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
      // CloudFront writes by an access control list, which buckets do not take unless told to
      // (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html).
      ...(props.forCloudFront === true ? { objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED } : {}),
    });
  }
}
