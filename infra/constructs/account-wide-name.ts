import { Aws } from 'aws-cdk-lib';
import type { Stage } from '../config/stage.ts';
import { prefixOf } from '../names.ts';

/**
 * The name of something that a stage has in each Region and whose names are those of the whole account: CloudFront's policies
 * and access controls, and CloudWatch's dashboards.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
 */
export function accountWideName({ name }: Stage): string {
  return `${prefixOf(name)}-${Aws.REGION}`;
}
