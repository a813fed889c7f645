import { createHash } from 'node:crypto';

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

/**
 * The name in what Lambda takes for a function, with the version or alias where it has one: `<name>`, `<name>:<qualifier>`,
 * an ARN, or the partial ARN `<account>:function:<name>`.
 */
export function qualifiedFunctionName(nameOrArn: string): string {
  return nameOrArn.replace(/^(.*:)?function:/, '');
}

/** The name of a function without version or alias, whichever way a template or a caller names it. */
export function functionName(nameOrArn: string): string {
  return qualifiedFunctionName(nameOrArn).split(':', 1)[0] ?? '';
}

/** The ARN of a function without version or alias, whichever way a template or a caller names it. */
export function functionArn(nameOrArn: string): string {
  return arnOf('lambda', `function:${functionName(nameOrArn)}`);
}

/** The ARN of a function, with its version or alias where the name has one. */
export function qualifiedFunctionArn(nameOrArn: string): string {
  return arnOf('lambda', `function:${qualifiedFunctionName(nameOrArn)}`);
}

/** A UUID in place of a random one of AWS: the same for the same text, and so the same in each run. */
export function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
