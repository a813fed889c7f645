import { type CfnElement, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Peer, Port } from 'aws-cdk-lib/aws-ec2';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Stage } from '../../config/stage.ts';
import type { NodeFunction } from '../functions/node-function.ts';
import { AccessLogsBucket, PrivateBucket } from './private-bucket.ts';

const RECEIPTS = 'receipts/*';

export interface ReceiptsBucketProps {
  readonly stage: Stage;
  /** CloudFormation names the bucket when this is not given. */
  readonly bucketName?: string | undefined;
}

/** The private bucket of receipts, and the ways in which a function may use it. */
export class ReceiptsBucket extends Construct {
  readonly bucket: Bucket;
  readonly #stage: Stage;

  constructor(scope: Construct, id: string, props: ReceiptsBucketProps) {
    super(scope, id);
    const { stage, bucketName } = props;
    this.#stage = stage;
    this.bucket = new PrivateBucket(this, 'Bucket', {
      stage,
      bucketName,
      ...(stage.disposable
        ? {}
        : {
            accessLogs: new AccessLogsBucket(this, 'AccessLogs', { stage }),
            // A receipt that was overwritten or deleted by mistake can be brought back for a month.
            versioned: true,
            lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30) }],
          }),
    });
  }

  /** Lets a function write receipts, and tells it where. */
  writeFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.#reach(fn);
    this.#grantOnReceipts(fn, 's3:PutObject');
  }

  /** Lets a function check the bucket, and tells it which. */
  probeFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.#reach(fn);
    // HeadBucket is allowed by s3:ListBucket (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html).
    Grant.addToPrincipal({ grantee: fn, actions: ['s3:ListBucket'], resourceArns: [this.bucket.bucketArn] });
  }

  /**
   * Lets a function read receipts, and hand out addresses under which they can be read: it signs them by itself, and what an
   * address allows is what the function's role may do.
   */
  readFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.#reach(fn);
    if (this.#stage.localstack !== undefined) {
      // Whoever follows an address stands elsewhere than the function, whose own endpoint leads nowhere from there.
      fn.addEnvironment('RECEIPT_LINKS_ENDPOINT', this.#stage.localstack.s3Endpoint);
    }
    this.#grantOnReceipts(fn, 's3:GetObject');
  }

  /** Lets a function read receipts, find what the bucket keeps of them, and erase it for good, older versions included. */
  eraseFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.#reach(fn);
    Grant.addToPrincipal({ grantee: fn, actions: ['s3:ListBucketVersions'], resourceArns: [this.bucket.bucketArn] });
    this.#grantOnReceipts(fn, 's3:GetObject', 's3:DeleteObjectVersion');
  }

  #point(fn: NodeFunction): void {
    fn.addEnvironment('RECEIPTS_BUCKET', this.bucket.bucketName);
  }

  // CloudFormation cannot name the S3 gateway endpoint's addresses; isolated subnets have no route to any other.
  #reach(fn: NodeFunction): void {
    fn.mayReach(Peer.anyIpv4(), 'S3 gateway endpoint', Port.tcp(443));
  }

  #grantOnReceipts(fn: NodeFunction, ...actions: string[]): void {
    const receipts = this.bucket.arnForObjects(RECEIPTS);
    Grant.addToPrincipal({ grantee: fn, actions, resourceArns: [receipts] });
    const bucketId = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnElement);
    Validations.of(fn.role ?? fn).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/${RECEIPTS}]`,
      reason: 'Each receipt is an object named after its order, and the function may do the same with any of them.',
    });
  }
}
