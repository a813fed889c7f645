import { RemovalPolicy } from 'aws-cdk-lib';
import { Distribution, PriceClass, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { join } from 'node:path';

/** The static site; it reads the books from the public API. */
export class CatalogueSite extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: { readonly apiUrl: string }) {
    super(scope, id);

    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });

    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Catalogue of the lending library',
      defaultRootObject: 'index.html',
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      },
    });

    new BucketDeployment(this, 'Content', {
      destinationBucket: bucket,
      sources: [
        Source.asset(join(import.meta.dirname, '..', 'site')),
        Source.jsonData('config.json', { apiUrl: props.apiUrl }),
      ],
      distribution: this.distribution,
      distributionPaths: ['/*'],
    });
  }
}
