import type { Names } from './names.ts';
import { keysIn, type Resource } from './resources.ts';
import { type Right, rightsOf, statementsOf } from './statements.ts';

/** What the policies of a role's own say. */
export interface IdentityRights {
  readonly rights: readonly Right[];
  /** What may allow more than can be read from the templates, each in words. */
  readonly unknown: readonly string[];
}

/** Types whose policy document goes to the roles that they name. */
const ATTACHED = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];

/**
 * The rights that a role has by its inline policies, by policies and managed policies of the templates, and what it may have
 * besides: the contents of a policy that lies elsewhere are unknown, and named.
 */
export function identityRights(role: Resource, resources: readonly Resource[], names: Names): IdentityRights {
  const inline = (role.property('Policies') ?? []) as { PolicyDocument: unknown }[];
  const managed = ((role.property('ManagedPolicyArns') ?? []) as string[]).map((arn) => ({
    arn,
    policy: resources.find(({ key, type }) => type === 'AWS::IAM::ManagedPolicy' && keysIn(arn).includes(key)),
  }));
  const attached = resources.filter(
    (resource) =>
      ATTACHED.includes(resource.type) &&
      [resource.property('Roles') ?? [], resource.property('RoleName') ?? []]
        .flat()
        .some((name) => isRole(String(name), role)),
  );
  const documents = [
    ...inline.map(({ PolicyDocument }) => PolicyDocument),
    ...new Set([...attached, ...managed.flatMap(({ policy }) => policy ?? [])]),
  ].map((source) => (isResource(source) ? source.property('PolicyDocument') : source));
  const boundary = role.property('PermissionsBoundary');
  return {
    rights: documents.flatMap((document) => statementsOf(document).flatMap((statement) => rightsOf(statement, names))),
    unknown: [
      ...managed.filter(({ policy }) => !policy).map(({ arn }) => `all that the managed policy ${arn} allows`),
      ...(boundary === undefined ? [] : [`less where the permissions boundary ${names.short(String(boundary))} ends`]),
    ],
  };
}

/** Whether a text is the name, the ARN or the id of a role of the templates. */
export function isRole(text: string, role: Resource): boolean {
  if (keysIn(text).includes(role.key)) return true;
  const name = role.property('RoleName');
  return typeof name === 'string' && (text === name || text.endsWith(`:role/${name}`));
}

function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && 'logicalId' in value;
}
