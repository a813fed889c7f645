import { CfnResource } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { RestApiOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import type { Construct } from 'constructs';
import { SITE_RECIPE } from '../../../frontend/build.ts';
import { SITE_METADATA } from '../../../tooling/site-bundle.ts';
import type { SiteDomain } from '../../config/config.ts';
import { accountWideName } from '../account-wide-name.ts';
import { StageLogGroup } from '../stage-log-group.ts';
import { AccessLogsBucket, PrivateBucket } from '../storage/private-bucket.ts';
import { securityHeaders } from './security-headers.ts';
import { distributionComment, type Site, type SiteProps } from './site.ts';
import { builtWith, FRONTEND, pageSettings, SETTINGS_FILE } from './site-files.ts';
import { acknowledgeDistribution, acknowledgeUpload } from './static-site-findings.ts';

/** The site in a private bucket, with CloudFront in front of it and of the API. */
export function cloudFrontSite(scope: Construct, props: SiteProps): Site {
  const { stage, siteDomain } = props;
  // Where nobody's data is at stake, nothing is recorded.
  const accessLogs = stage.disposable
    ? undefined
    : new AccessLogsBucket(scope, 'AccessLogs', { stage, forCloudFront: true });
  // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
  const bucket = new PrivateBucket(scope, 'Bucket', {
    stage,
    accessLogs,
    serverAccessLogsPrefix: 'bucket/',
  }) as IBucket;
  const distribution = distributionOf(scope, props, bucket, accessLogs);
  acknowledgeDistribution(distribution, { stage, hasOwnName: siteDomain !== undefined });
  uploadFiles(scope, props, bucket, distribution);
  return {
    bucket,
    url: `https://${siteDomain?.name ?? distribution.distributionDomainName}`,
    cloudFrontName: distribution.distributionDomainName,
  };
}

function distributionOf(
  scope: Construct,
  { stage, api, auth, siteDomain }: SiteProps,
  bucket: IBucket,
  accessLogs: AccessLogsBucket | undefined,
): Distribution {
  const common = {
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    responseHeadersPolicy: securityHeaders(scope, 'SecurityHeaders', { stage, auth }),
  };
  const originAccessControl = new S3OriginAccessControl(scope, 'OriginAccess', {
    originAccessControlName: accountWideName(stage),
  });
  const toApi: BehaviorOptions = {
    ...common,
    origin: new RestApiOrigin(api.restApi),
    allowedMethods: AllowedMethods.ALLOW_ALL,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    // With the viewer's Host header the gateway would not know which API is meant.
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  };
  return new Distribution(scope, 'Distribution', {
    comment: distributionComment(stage),
    defaultRootObject: 'index.html',
    defaultBehavior: { ...common, origin: S3BucketOrigin.withOriginAccessControl(bucket, { originAccessControl }) },
    additionalBehaviors: { '/api/*': toApi, '/health': toApi },
    httpVersion: HttpVersion.HTTP2_AND_3,
    // The stage that customers use is near to all of them, the other one to those who pay least for it.
    priceClass: stage.disposable ? PriceClass.PRICE_CLASS_100 : PriceClass.PRICE_CLASS_ALL,
    ...(accessLogs === undefined ? {} : { logBucket: accessLogs as IBucket, logFilePrefix: 'distribution/' }),
    ...(siteDomain === undefined ? {} : ownName(scope, siteDomain)),
  });
}

function ownName(scope: Construct, { name, certificateArn }: SiteDomain) {
  return {
    domainNames: [name],
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
  };
}

function uploadFiles(scope: Construct, props: SiteProps, bucket: IBucket, distribution: Distribution): void {
  const logGroup = new StageLogGroup(scope, 'FilesLogs', { stage: props.stage });
  // The CDK's choice would bring AWS's policy for all logs of the account.
  const role = new Role(scope, 'FilesRole', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      Log: new PolicyDocument({ statements: [logGroup.writeStatement()] }),
    },
  });
  const upload = new BucketDeployment(scope, 'Files', {
    // The API is under the page's own address.
    sources: [Source.asset(FRONTEND, builtWith()), Source.jsonData(SETTINGS_FILE, pageSettings(props, ''))],
    destinationBucket: bucket,
    distribution,
    // The files keep their names from one version to the next.
    cacheControl: [CacheControl.noCache()],
    role,
    logGroup,
  });
  // For a local run, which builds the page again when its sources change.
  const files = upload.node.findChild('CustomResource').node.defaultChild;
  if (files instanceof CfnResource) files.addMetadata(SITE_METADATA, SITE_RECIPE);
  acknowledgeUpload(upload, { role, bucket });
}
