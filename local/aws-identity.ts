/** The AWS account, region and partition that the local run takes itself to be. */
export const ACCOUNT_ID = '000000000000';
export const REGION = 'us-east-1';
export const PARTITION = 'aws';
export const URL_SUFFIX = 'amazonaws.com';

/** What Fn::GetAZs gives: enough zones for stages that spread over three. */
export const AVAILABILITY_ZONES: readonly string[] = ['a', 'b', 'c'].map((zone) => `${REGION}${zone}`);

/**
 * An ARN of the local account.
 *
 * @param resource what follows the account id, such as `function:name`
 * @param options.global true for services whose ARNs carry no region, such as IAM
 */
export function arnOf(service: string, resource: string, options: { global?: boolean } = {}): string {
  return `arn:${PARTITION}:${service}:${options.global ? '' : REGION}:${ACCOUNT_ID}:${resource}`;
}
