import { z } from 'zod';
import type { ApiCall, AwsApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { operation } from '../../aws-api/operation.ts';
import { queryApi } from '../../aws-api/query-api.ts';
import type { PolicyStore } from './policies/policy-store.ts';

/** A role as IAM's API describes it. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly created: Date;
}

const roleName = { RoleName: z.string() };
const inlinePolicy = { ...roleName, PolicyName: z.string() };

/**
 * The part of IAM's API that reads and changes the inline policies of roles. A change lasts until the run ends: the next one has what
 * the templates say.
 *
 * @param roles by name
 */
export function iamApi(roles: ReadonlyMap<string, Role>, policies: PolicyStore): AwsApi {
  /** The role of a call who may make it. */
  const roleFor = (action: string, name: string, call: ApiCall): Role => {
    const role = roles.get(name);
    call.requireAccess(`iam:${action}`, role?.arn ?? '*');
    if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  };
  // Managed policies are known by their ARN.
  const inlineNames = (role: Role) =>
    [...policies.rolePolicies(role.name).keys()].filter((name) => !name.includes(':'));

  return queryApi({
    name: 'IAM',
    signingName: 'iam',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    invalidInput: 'ValidationError',
    operations: {
      ListRoles: operation({}, (_, call) => {
        call.requireAccess('iam:ListRoles', '*');
        const Roles = [...roles.values()].map(({ name, path, arn, id, created }) => ({
          Path: path,
          RoleName: name,
          RoleId: id,
          Arn: arn,
          CreateDate: created.toISOString(),
        }));
        return { Roles, IsTruncated: 'false' };
      }),
      ListRolePolicies: operation(roleName, ({ RoleName }, call) => {
        const role = roleFor('ListRolePolicies', RoleName, call);
        return { PolicyNames: inlineNames(role), IsTruncated: 'false' };
      }),
      GetRolePolicy: operation(inlinePolicy, ({ RoleName, PolicyName }, call) => {
        const role = roleFor('GetRolePolicy', RoleName, call);
        const document = policies.rolePolicies(role.name).get(PolicyName);
        if (document === undefined) throw noSuchPolicy(PolicyName);
        return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(JSON.stringify(document)) };
      }),
      PutRolePolicy: operation({ ...inlinePolicy, PolicyDocument: z.string() }, async (input, call) => {
        const { RoleName, PolicyName, PolicyDocument } = input;
        const role = roleFor('PutRolePolicy', RoleName, call);
        await policies.putRolePolicy(role.name, PolicyName, parsed(PolicyDocument)).catch(refuseDocument);
        return undefined;
      }),
      DeleteRolePolicy: operation(inlinePolicy, async ({ RoleName, PolicyName }, call) => {
        const role = roleFor('DeleteRolePolicy', RoleName, call);
        if (!(await policies.deleteRolePolicy(role.name, PolicyName))) throw noSuchPolicy(PolicyName);
        return undefined;
      }),
    },
  });
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (cause) {
    throw new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.', 400, { cause });
  }
}

function refuseDocument(cause: unknown): never {
  throw new AwsError('MalformedPolicyDocument', (cause as Error).message, 400, { cause });
}

function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, 404);
}

function noSuchPolicy(name: string): AwsError {
  return noSuchEntity(`The role policy with name ${name} cannot be found.`);
}
