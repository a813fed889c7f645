import { callerArn } from './policies/principal-match.ts';
import type { AccessRequest, PolicyType, Refusal } from './policy-evaluation.ts';

type Refused = Pick<AccessRequest, 'principal' | 'action' | 'resource' | 'context'>;

/**
 * What AWS says to a caller who may not do something.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function refusalMessage({ principal, action, resource }: Refused, refusal: Refusal): string {
  // As recorded: S3 alone puts the resource in quotes.
  const named = action.startsWith('s3:') ? `"${resource}"` : resource;
  const where = resource === '*' ? '' : ` on resource: ${named}`;
  return `User: ${callerArn(principal)} is not authorized to perform: ${action}${where} ${reasonOf(action, refusal)}`;
}

/** What the log says of a refused request: sentences with the reason and what a person can do about it. */
export function refusalText(request: Refused, refusal: Refusal): string {
  const { principal, action, resource } = request;
  const source = sourceOf(request);
  const who = principal.kind === 'role' ? `the role ${principal.name}` : principal.name;
  const caller = source === undefined ? who : `${who} (${source})`;
  return `${caller} may not do ${action} on ${resource} ${reasonOf(action, refusal)}. ${remedyOf(request, refusal)}`;
}

function reasonOf(action: string, { policyType, deniedBy }: Refusal): string {
  if (deniedBy === undefined) return `because no ${policyType} allows the ${action} action`;
  return `with an explicit deny in ${policyType === 'identity-based policy' ? 'an' : 'a'} ${policyType}`;
}

function remedyOf(request: Refused, { policyType, deniedBy }: Refusal): string {
  if (deniedBy !== undefined) return `No grant overrides that: change ${deniedBy}.`;
  return `In the CDK: ${ALLOWING[policyType](request)}.`;
}

/** The line of a CDK app that lets a policy of each type allow a request. */
const ALLOWING: Readonly<Record<PolicyType, (request: Refused) => string>> = {
  'identity-based policy': (request) =>
    GRANTS.find(([actions]) => actions.test(request.action))?.[1] ?? `fn.addToRolePolicy(${statement(request)})`,
  // Of the services, CloudFront alone asks for objects, and the others invoke functions.
  'resource-based policy': (request) =>
    request.action.startsWith('s3:')
      ? 'origins.S3BucketOrigin.withOriginAccessControl(bucket)'
      : `fn.addPermission('Invoke', { principal: new iam.ServicePrincipal('${request.principal.name}'), sourceArn: '${sourceOf(request)}' })`,
  'permissions boundary': (request) => `boundary.addStatements(${statement(request)})`,
  'VPC endpoint policy': (request) =>
    `endpoint.addToPolicy(${statement(request, 'principals: [new iam.AnyPrincipal()], ')})`,
};

/** The grants of the CDK by action, `fn` being the function. What is not here needs a statement. */
const GRANTS: readonly (readonly [RegExp, string])[] = [
  [/^s3:(GetObject|ListBucket)$/, 'bucket.grantRead(fn)'],
  [/^s3:(PutObject|PutObjectTagging|AbortMultipartUpload)$/, 'bucket.grantPut(fn)'],
  [/^s3:DeleteObject$/, 'bucket.grantDelete(fn)'],
  [/^secretsmanager:(GetSecretValue|DescribeSecret)$/, 'secret.grantRead(fn)'],
  [/^secretsmanager:(PutSecretValue|UpdateSecret)$/, 'secret.grantWrite(fn)'],
  [/^lambda:InvokeFunction$/, 'invoked.grantInvoke(fn)'],
];

function statement({ action, resource }: Refused, principals = ''): string {
  return `new iam.PolicyStatement({ ${principals}actions: ['${action}'], resources: ['${resource}'] })`;
}

function sourceOf({ principal, context }: Refused): string | undefined {
  return principal.kind === 'service' ? context?.['aws:SourceArn']?.toString() : undefined;
}
