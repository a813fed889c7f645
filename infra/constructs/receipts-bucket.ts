import { Port } from 'aws-cdk-lib/aws-ec2';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { removalPolicyOf, type Stage } from '../stage.ts';
import type { NodeFunction } from './node-function.ts';

export interface ReceiptsBucketProps {
  readonly stage: Stage;
  /** CloudFormation names the bucket when this is not given. */
  readonly bucketName?: string | undefined;
}

/** The private bucket of receipts, and the ways in which a function may use it. */
export class ReceiptsBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: ReceiptsBucketProps) {
    super(scope, id);
    const { stage, bucketName } = props;
    this.bucket = new Bucket(this, 'Bucket', {
      ...(bucketName === undefined ? {} : { bucketName }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: removalPolicyOf(stage),
      autoDeleteObjects: stage.disposable,
    });
  }

  /** Lets a function write receipts, and tells it where. */
  writeFrom(fn: NodeFunction): void {
    this.#point(fn);
    Grant.addToPrincipal({
      grantee: fn,
      actions: ['s3:PutObject'],
      resourceArns: [this.bucket.arnForObjects('receipts/*')],
    });
  }

  /** Lets a function ask whether the bucket answers, and tells it which. */
  probeFrom(fn: NodeFunction): void {
    this.#point(fn);
    // HeadBucket is allowed by s3:ListBucket (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html).
    Grant.addToPrincipal({ grantee: fn, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] });
  }

  #point(fn: NodeFunction): void {
    fn.addEnvironment('RECEIPTS_BUCKET', this.bucket.bucketName);
    // CloudFormation cannot name the S3 gateway endpoint's addresses; isolated subnets have no route to any other.
    fn.connections.allowToAnyIpv4(Port.tcp(443), 'S3 gateway endpoint');
  }
}
