import type { Principal } from '../../aws-api/api-call.ts';
import type { ResourceProviders } from '../provider.ts';
import type { Service } from '../service.ts';
import { iamApi, type Role } from './api.ts';
import { PolicyStore } from './policies/policy-store.ts';
import { PolicyEvaluator } from './policy-evaluation.ts';
import { PrincipalStore } from './principals.ts';
import { iamResources } from './resources.ts';

export { ChunkSignatures } from './chunk-signatures.ts';
export { verifyMskToken } from './msk-token.ts';
export { callerArn } from './policies/principal-match.ts';
export type { AccessRequest, PolicyEvaluator } from './policy-evaluation.ts';
export type { Credentials, PrincipalStore } from './principals.ts';
export { refusalMessage, refusalText } from './refusal.ts';
export { RefusalLog } from './refusal-log.ts';
export { readSignature, type SignedRequest, verifySignature, verifySignedText } from './sigv4.ts';

/** IAM: roles, the policies of roles and resources, and the decision on each call. */
export class Iam implements Service {
  readonly principals = new PrincipalStore();
  readonly policies = new PolicyStore();
  readonly evaluator = new PolicyEvaluator(this.policies);
  /** By name. */
  readonly roles = new Map<string, Role>();
  readonly api = iamApi(this.roles, this.policies);
  readonly resources: ResourceProviders = iamResources(this.roles, this.policies);
}

/**
 * The principal behind the ARN of a role.
 *
 * @param session in whose name the role is used, such as the function's
 */
export function principalOfRole(roleArn: string, session?: string): Principal {
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  return { kind: 'role', name, arn: roleArn, ...(session !== undefined && { session }) };
}
