import { z } from 'zod';
import { arnOf } from '../../aws-identity.ts';
import { physicalName, resourceHash } from '../physical-names.ts';
import { created, provider, REPLACED, type ResourceProviders } from '../provider.ts';
import { register } from '../register.ts';
import type { Role } from './api.ts';
import { awsManagedPolicy } from './managed-policies.ts';
import type { PolicyStore } from './policies/policy-store.ts';

const MAX_ROLE_NAME = 64;
const MAX_POLICY_NAME = 128;

const roleProperties = z.object({
  RoleName: z.string().optional(),
  Path: z.string().default('/'),
  AssumeRolePolicyDocument: z.unknown().optional(),
  Policies: z.array(z.object({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.string().optional(),
});

const managedPolicyProperties = z.object({
  ManagedPolicyName: z.string().optional(),
  Path: z.string().default('/'),
  PolicyDocument: z.unknown(),
  Roles: z.array(z.string()).default([]),
});

const inlinePolicy = z.object({
  PolicyName: z.string(),
  PolicyDocument: z.unknown(),
  Roles: z.array(z.string()).default([]),
});

/** Roles and their policies. @param roles where they go, by name */
export function iamResources(roles: Map<string, Role>, policies: PolicyStore): ResourceProviders {
  /** By ARN: the documents of the managed policies that the templates have. */
  const managed = new Map<string, unknown>();
  const documentOf = (arn: string) => managed.get(arn) ?? awsManagedPolicy(arn);

  return {
    'AWS::IAM::Role': provider(
      'a principal with access keys of its own, who may do what its policies say',
      roleProperties,
      async (properties, request) => {
        const name = properties.RoleName ?? physicalName(request, MAX_ROLE_NAME);
        const removals: (() => unknown)[] = [];
        for (const { PolicyName, PolicyDocument } of properties.Policies) {
          removals.push(await policies.putRolePolicy(name, PolicyName, PolicyDocument));
        }
        for (const arn of properties.ManagedPolicyArns) {
          const document = documentOf(arn);
          if (document) removals.push(await policies.putRolePolicy(name, arn, document));
          else requireUnused(properties.AssumeRolePolicyDocument, arn);
        }
        const { PermissionsBoundary: boundary } = properties;
        if (boundary !== undefined)
          removals.push(policies.setBoundary(name, boundary, documentOf(boundary) ?? unknownPolicy(boundary)));
        const id = `AROA${resourceHash(request, 17).toUpperCase()}`;
        const { Path: path } = properties;
        const arn = arnOf('iam', `role${path}${name}`, { global: true });
        removals.push(register(roles, name, { name, path, arn, id, created: new Date() }));
        return created(name, { Arn: arn, RoleId: id }, all(removals));
      },
      REPLACED,
    ),

    'AWS::IAM::Policy': provider(
      'what its roles may do',
      inlinePolicy,
      async ({ PolicyName, PolicyDocument, Roles }) => {
        const removals = await Promise.all(
          Roles.map((role) => policies.putRolePolicy(role, PolicyName, PolicyDocument)),
        );
        return created(PolicyName, {}, all(removals));
      },
      REPLACED,
    ),

    'AWS::IAM::ManagedPolicy': provider(
      'what its roles may do',
      managedPolicyProperties,
      async ({ ManagedPolicyName, Path, PolicyDocument, Roles }, request) => {
        const name = ManagedPolicyName ?? physicalName(request, MAX_POLICY_NAME);
        const arn = arnOf('iam', `policy${Path}${name}`, { global: true });
        const remove = register(managed, arn, PolicyDocument);
        const removals = await Promise.all(Roles.map((role) => policies.putRolePolicy(role, arn, PolicyDocument)));
        await policies.replaceManagedPolicy(arn, PolicyDocument);
        return created(arn, { PolicyArn: arn }, all([remove, ...removals]));
      },
      REPLACED,
    ),
  };
}

function all(removals: readonly (() => unknown)[]): () => Promise<void> {
  return async () => {
    for (const remove of removals) await remove();
  };
}

/** Nothing here acts as a role that other services than Lambda assume. @throws Error for a role that functions can have */
function requireUnused(trustPolicy: unknown, managedPolicyArn: string): void {
  if (JSON.stringify(trustPolicy ?? '').includes('lambda.amazonaws.com')) unknownPolicy(managedPolicyArn);
}

function unknownPolicy(arn: string): never {
  throw new Error(
    `the local runner does not know the policy ${arn}. Add its actions to local/services/iam/managed-policies.ts, ` +
      'or use a policy of the app',
  );
}
