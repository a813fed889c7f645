import { callerArn } from './policies/principal-match.ts';
import type { AccessRequest, Decision } from './policy-evaluation.ts';

/**
 * What AWS says to a caller who may not do something.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function refusalMessage(
  { principal, action, resource }: Pick<AccessRequest, 'principal' | 'action' | 'resource'>,
  { reason }: Pick<Decision, 'reason'>,
): string {
  // As recorded: S3 alone puts the resource in quotes.
  const named = action.startsWith('s3:') ? `"${resource}"` : resource;
  const where = resource === '*' ? '' : ` on resource: ${named}`;
  return `User: ${callerArn(principal)} is not authorized to perform: ${action}${where} ${reason}`;
}

/** The grants of the CDK by action, `fn` being the function. What is not here needs a statement. */
const GRANTS: readonly (readonly [RegExp, string])[] = [
  [/^s3:(GetObject|ListBucket)$/, 'bucket.grantRead(fn)'],
  [/^s3:(PutObject|PutObjectTagging|AbortMultipartUpload)$/, 'bucket.grantPut(fn)'],
  [/^s3:DeleteObject$/, 'bucket.grantDelete(fn)'],
  [/^secretsmanager:(GetSecretValue|DescribeSecret)$/, 'secret.grantRead(fn)'],
  [/^secretsmanager:(PutSecretValue|UpdateSecret)$/, 'secret.grantWrite(fn)'],
  [/^lambda:InvokeFunction$/, 'invoked.grantInvoke(fn)'],
];

/** What a person can do about a refusal: the line of a CDK app that grants it; nothing where a policy denies it. */
export function remedy(
  request: Pick<AccessRequest, 'action' | 'resource'>,
  { reason }: Pick<Decision, 'reason'>,
): string {
  return reason.startsWith('because') ? ` In the CDK: ${grantingLine(request)}.` : '';
}

function grantingLine({ action, resource }: Pick<AccessRequest, 'action' | 'resource'>): string {
  const grant = GRANTS.find(([actions]) => actions.test(action))?.[1];
  if (grant !== undefined) return grant;
  const statement = `{ actions: ['${action}'], resources: ['${resource}'] }`;
  return `fn.addToRolePolicy(new iam.PolicyStatement(${statement}))`;
}
