import { Annotations } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bucketSite } from './bucket-site.ts';
import { cloudFrontSite } from './cloudfront-site.ts';
import type { Site, SiteProps } from './site.ts';

/** The dashboard: under one address with the API on AWS, and beside it on LocalStack. */
export class StaticSite extends Construct implements Site {
  readonly bucket: IBucket;
  readonly url: string;
  readonly cloudFrontName: string | undefined;

  constructor(scope: Construct, id: string, props: SiteProps) {
    super(scope, id);
    if (props.auth !== undefined && props.auth.signIn === undefined) {
      Annotations.of(this).addWarningV2(
        'orderflow:no-client-id',
        'Context "clientId" is missing: the dashboard asks its readers to paste a token. ' +
          'Register it with the issuer as a public client, and add -c clientId=<its client id>, for them to sign in there.',
      );
    }
    const site = props.stage.localstack === undefined ? cloudFrontSite(this, props) : bucketSite(this, props);
    this.bucket = site.bucket;
    this.url = site.url;
    this.cloudFrontName = site.cloudFrontName;
  }
}
