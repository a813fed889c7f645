import { resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { RestApiOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { buildFrontend } from '../../../frontend/build.ts';
import type { ShardRange } from '../../../functions/domain/shard-map.ts';
import type { JwtAuth, SiteDomain } from '../../config/config.ts';
import type { Stage } from '../../config/stage.ts';
import { StageLogGroup } from '../stage-log-group.ts';
import { AccessLogsBucket, PrivateBucket } from '../storage/private-bucket.ts';
import { securityHeaders } from './security-headers.ts';
import { acknowledgeDistribution, acknowledgeUpload } from './static-site-findings.ts';

const FRONTEND = resolve(import.meta.dirname, '../../../frontend');

export interface StaticSiteProps {
  readonly stage: Stage;
  /** Served under the site's own address, so that the page needs no CORS. */
  readonly api: RestApi;
  /** For the page to say where an order lives. */
  readonly shards: readonly ShardRange[];
  /** Whose tokens the API takes; the page asks for one then. */
  readonly auth: JwtAuth | undefined;
  /** A name of the operator's own; without it the site has CloudFront's. */
  readonly siteDomain?: SiteDomain | undefined;
}

/** The dashboard: built files in a private bucket, and CloudFront in front of them and of the API. */
export class StaticSite extends Construct {
  readonly bucket: IBucket;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: StaticSiteProps) {
    super(scope, id);
    const { stage } = props;
    // Where nobody's data is at stake, nothing is recorded.
    const accessLogs = stage.disposable
      ? undefined
      : new AccessLogsBucket(this, 'AccessLogs', { stage, forCloudFront: true });
    // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
    this.bucket = new PrivateBucket(this, 'Bucket', {
      stage,
      accessLogs,
      serverAccessLogsPrefix: 'bucket/',
    }) as IBucket;
    this.distribution = this.#distribution(props, accessLogs);
    acknowledgeDistribution(this.distribution, { stage, hasOwnName: props.siteDomain !== undefined });
    this.#uploadFiles(props);
  }

  #distribution({ stage, api, siteDomain }: StaticSiteProps, accessLogs: AccessLogsBucket | undefined): Distribution {
    const common = {
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: securityHeaders(this, 'SecurityHeaders', stage),
    };
    const toApi: BehaviorOptions = {
      ...common,
      origin: new RestApiOrigin(api),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // With the viewer's Host header the gateway would not know which API is meant.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    };
    return new Distribution(this, 'Distribution', {
      comment: `OrderFlow ${stage.name}`,
      defaultRootObject: 'index.html',
      defaultBehavior: { ...common, origin: S3BucketOrigin.withOriginAccessControl(this.bucket) },
      additionalBehaviors: { '/api/*': toApi, '/health': toApi },
      httpVersion: HttpVersion.HTTP2_AND_3,
      // The stage that customers use is near to all of them, the other one to those who pay least for it.
      priceClass: stage.disposable ? PriceClass.PRICE_CLASS_100 : PriceClass.PRICE_CLASS_ALL,
      ...(accessLogs === undefined ? {} : { logBucket: accessLogs as IBucket, logFilePrefix: 'distribution/' }),
      ...(siteDomain === undefined ? {} : this.#ownName(siteDomain)),
    });
  }

  #ownName({ name, certificateArn }: SiteDomain) {
    return {
      domainNames: [name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    };
  }

  #uploadFiles({ stage, shards, auth }: StaticSiteProps): void {
    const settings = { apiBaseUrl: '', shards, auth: auth === undefined ? 'none' : 'jwt' };
    const logGroup = new StageLogGroup(this, 'FilesLogs', { stage });
    // The CDK's choice would bring AWS's policy for all logs of the account.
    const role = new Role(this, 'FilesRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Log: new PolicyDocument({ statements: [logGroup.writeStatement()] }),
      },
    });
    const upload = new BucketDeployment(this, 'Files', {
      // The API answers under the page's own address.
      sources: [builtFrontend(), Source.jsonData('config.json', settings)],
      destinationBucket: this.bucket,
      distribution: this.distribution,
      // The files keep their names from one version to the next.
      cacheControl: [CacheControl.noCache()],
      role,
      logGroup,
    });
    acknowledgeUpload(upload, { role, bucket: this.bucket });
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
