import { createHash } from 'node:crypto';

/** The account and region of the local run. */
export const ACCOUNT_ID = '000000000000';
export const REGION = 'us-east-1';
export const PARTITION = 'aws';
export const URL_SUFFIX = 'amazonaws.com';

/** What a person uses on the local run, and what its output says. */
export const OPERATOR_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/** What the operator's SDK clients are made with. @param endpoint the AWS endpoint of a run */
export function operatorConfig(endpoint: string) {
  return { endpoint, region: REGION, credentials: OPERATOR_CREDENTIALS };
}

/** The account and Region that templates are read for. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
  /** Of the partition, such as `amazonaws.com`. */
  readonly urlSuffix: string;
  /** What Fn::GetAZs gives, by name. */
  readonly availabilityZones: readonly string[];
}

/** The local run, with enough zones for stages that spread over three. */
export const LOCAL_PLACE: Place = {
  accountId: ACCOUNT_ID,
  region: REGION,
  partition: PARTITION,
  urlSuffix: URL_SUFFIX,
  availabilityZones: ['a', 'b', 'c'].map((zone) => `${REGION}${zone}`),
};

/** An ARN of the local account. @param options.global for services whose ARNs have no region, such as IAM */
export function arnOf(service: string, resource: string, options: { global?: boolean } = {}): string {
  return `arn:${PARTITION}:${service}:${options.global ? '' : REGION}:${ACCOUNT_ID}:${resource}`;
}

/** A UUID that is the same for the same text, and so the same in each run. */
export function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
