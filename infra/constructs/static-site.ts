import { resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  OriginRequestPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { RestApiOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { buildFrontend } from '../../frontend/build.ts';
import type { ShardRange } from '../../functions/domain/shard-map.ts';
import { removalPolicyOf, type Stage } from '../stage.ts';

const FRONTEND = resolve(import.meta.dirname, '../../frontend');

export interface StaticSiteProps {
  readonly stage: Stage;
  /** Served under the site's own address, so that the page needs no CORS. */
  readonly api: RestApi;
  /** For the page to say where an order lives. */
  readonly shards: readonly ShardRange[];
}

/** The dashboard: built files in a private bucket, and CloudFront in front of them and of the API. */
export class StaticSite extends Construct {
  readonly bucket: IBucket;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: StaticSiteProps) {
    super(scope, id);
    // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: removalPolicyOf(props.stage),
      autoDeleteObjects: props.stage.disposable,
    }) as IBucket;
    const api: BehaviorOptions = {
      origin: new RestApiOrigin(props.api),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // With the viewer's Host header the gateway would not know which API is meant.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    };
    this.distribution = new Distribution(this, 'Distribution', {
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      },
      additionalBehaviors: { '/api/*': api, '/health': api },
    });
    new BucketDeployment(this, 'Files', {
      // The API answers under the page's own address.
      sources: [builtFrontend(), Source.jsonData('config.json', { apiBaseUrl: '', shards: props.shards })],
      destinationBucket: this.bucket,
      distribution: this.distribution,
      // The files keep their names from one version to the next.
      cacheControl: [CacheControl.noCache()],
      logGroup: new LogGroup(this, 'FilesLogs', {
        retention: props.stage.logRetention,
        removalPolicy: removalPolicyOf(props.stage),
      }),
    });
  }
}

function builtFrontend() {
  return Source.asset(FRONTEND, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('never-pulled'),
      local: {
        tryBundle(outputDir) {
          buildFrontend(outputDir);
          return true;
        },
      },
    },
  });
}
