import { z } from 'zod';
import type { Principal } from '../../aws-api/api-call.ts';
import { arnOf } from '../../aws-identity.ts';
import { physicalName, resourceHash } from '../physical-names.ts';
import { created, provider, type ResourceProviders } from '../provider.ts';
import type { Service } from '../service.ts';
import { PolicyEvaluator, PolicyStore } from './policy-evaluation.ts';
import { PrincipalStore } from './principals.ts';

export { verifyMskToken } from './msk-token.ts';
export type { PolicyEvaluator } from './policy-evaluation.ts';
export type { Credentials, PrincipalStore } from './principals.ts';
export { readSignature, type SignedRequest, verifySignature, verifySignedText } from './sigv4.ts';

const policyDocument = z.object({ Version: z.string().optional(), Statement: z.unknown() });
const MAX_ROLE_NAME = 64;

/** IAM: roles, the policies attached to them, and the decision on each call. */
export class Iam implements Service {
  readonly principals = new PrincipalStore();
  readonly policies = new PolicyStore();
  readonly evaluator = new PolicyEvaluator();

  readonly resources: ResourceProviders = {
    'AWS::IAM::Role': provider(
      'a principal with access keys of its own',
      z.object({
        RoleName: z.string().optional(),
        Policies: z.array(z.object({ PolicyDocument: policyDocument })).default([]),
      }),
      (properties, request) => {
        const name = properties.RoleName ?? physicalName(request, MAX_ROLE_NAME);
        this.policies.attach(name, ...properties.Policies.map((policy) => policy.PolicyDocument));
        const id = `AROA${resourceHash(request, 17).toUpperCase()}`;
        return created(name, { Arn: arnOf('iam', `role/${name}`, { global: true }), RoleId: id });
      },
    ),

    'AWS::IAM::Policy': provider(
      'recorded with its roles',
      z.object({ PolicyName: z.string(), PolicyDocument: policyDocument, Roles: z.array(z.string()).default([]) }),
      ({ PolicyName, PolicyDocument, Roles }) => {
        for (const role of Roles) this.policies.attach(role, PolicyDocument);
        return created(PolicyName);
      },
    ),
  };
}

/** The principal behind the ARN of a role. */
export function principalOfRole(roleArn: string): Principal {
  return { kind: 'role', name: roleArn.slice(roleArn.lastIndexOf('/') + 1), arn: roleArn };
}
