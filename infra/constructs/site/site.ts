import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { SiteDomain } from '../../config/config.ts';
import type { Stage } from '../../config/stage.ts';
import type { OrdersApi } from '../api/orders-api.ts';
import type { PageSettingsProps } from './site-files.ts';

export interface SiteProps extends PageSettingsProps {
  readonly stage: Stage;
  readonly api: OrdersApi;
  /** A name of the operator's own; without it the site has CloudFront's. */
  readonly siteDomain?: SiteDomain | undefined;
}

/** The dashboard's files and where they are served. */
export interface Site {
  readonly bucket: IBucket;
  readonly url: string;
  /** What the DNS entry of a name of the operator's own has to point to; undefined on LocalStack. */
  readonly cloudFrontName: string | undefined;
}

/** Tells the stages' distributions apart. */
export function distributionComment(stage: Stage): string {
  return `OrderFlow ${stage.name}`;
}
