import { keysIn, type Resource } from '../templates/resources.ts';
import type { Names } from './names.ts';
import { type Right, rightsOf, type Statement, statementsOf } from './statements.ts';

export interface IdentityRights {
  readonly rights: readonly Right[];
  /** What may allow more than can be read from the templates, each in words. */
  readonly unknown: readonly string[];
}

/** Types whose policy document goes to the roles that they name. */
const ATTACHED = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];

/** The rights that a role has by all its policies. Those defined outside the templates are named as unknown. */
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

export interface ResourceRight {
  /** A principal as its policy writes it, `*` for everybody. */
  readonly principal: string;
  readonly right: Right;
}

/** Their documents go to the principals that they are attached to. */
const IDENTITY_TYPES = /^AWS::IAM::(Policy|ManagedPolicy|RolePolicy|UserPolicy|GroupPolicy)$/;

/** What the policies of resources grant: of buckets, keys, topics and secrets, roles' trust, permissions to invoke. */
export function resourceRights(resources: readonly Resource[], names: Names): ResourceRight[] {
  return resources
    .filter(({ type }) => !IDENTITY_TYPES.test(type) && type !== 'AWS::EC2::VPCEndpoint')
    .flatMap((resource) => [...documentRights(resource, names), ...invocationRights(resource, names)]);
}

/** What the policy of a VPC endpoint lets through: it grants nothing, but what it leaves out cannot pass. */
export function endpointRights(endpoint: Resource, names: Names): Right[] {
  return statementsOf(endpoint.property('PolicyDocument')).flatMap((statement) => rightsOf(statement, names));
}

function documentRights(resource: Resource, names: Names): ResourceRight[] {
  const ownerProperty = resource.property('SecretId');
  const owner = ownerProperty === undefined ? names.of(resource) : names.short(String(ownerProperty));
  return resource.propertyNames
    .filter((name) => /polic(y|ies)|^Statement$/i.test(name))
    .flatMap((name) => statementsIn(name, resource.property(name)))
    .flatMap((statement) => {
      const rights = rightsOf(statement, names, { owner, source: sourceOf(statement, resource, names) });
      return principalsOf(statement).flatMap((principal) => rights.map((right) => ({ principal, right })));
    });
}

function sourceOf({ NotPrincipal }: Statement, resource: Resource, names: Names): string {
  const spared = NotPrincipal === undefined ? '' : `, which leaves out ${names.short(JSON.stringify(NotPrincipal))}`;
  return `${names.of(resource)}${spared}`;
}

function statementsIn(property: string, value: unknown): Statement[] {
  // AWS::Events::EventBusPolicy holds the statement itself.
  if (property === 'Statement') return [value].flat() as Statement[];
  // AWS::Logs::ResourcePolicy holds its document as text.
  return statementsOf(typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value);
}

function principalsOf({ Principal, NotPrincipal }: Statement): string[] {
  // What is said to all but some is said to everybody, until a reader has looked at whom it leaves out.
  if (NotPrincipal !== undefined) return ['*'];
  if (Principal === undefined) return [];
  return typeof Principal === 'string' ? [Principal] : Object.values(Principal).flat();
}

function invocationRights(resource: Resource, names: Names): ResourceRight[] {
  if (resource.type !== 'AWS::Lambda::Permission') return [];
  const text = (name: string) => {
    const value = resource.property(name);
    return value === undefined ? undefined : names.short(String(value));
  };
  const origin = text('SourceArn') ?? text('SourceAccount');
  const right: Right = {
    effect: 'allow',
    action: String(resource.property('Action')),
    resource: text('FunctionName') ?? '*',
    ...(origin !== undefined && { condition: `it comes from ${origin}` }),
  };
  return [{ principal: String(resource.property('Principal')), right }];
}
