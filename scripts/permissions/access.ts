import type { Stack } from '../../local/assembly/template.ts';
import { isOwnAccount, keysIn, type Resource, resourcesOf } from '../templates/resources.ts';
import { type Names, namesAmong } from './names.ts';
import { type Network, networkOf, type Reach } from './network.ts';
import { endpointRights, identityRights, isRole, type ResourceRight, resourceRights } from './policies.ts';
import type { Right } from './statements.ts';

/** What one function, service role or other principal may do, and where it may connect to. */
export interface Access {
  readonly kind: 'function' | 'application' | 'role' | 'principal' | 'endpoint';
  readonly name: string;
  /** Principals that act as its role. */
  readonly assumedBy: readonly string[];
  readonly rights: readonly Right[];
  /** What it may do besides, defined outside the templates. */
  readonly unknown: readonly string[];
  /** Undefined for what opens no connections of its own in the VPC. */
  readonly reach?: Reach | undefined;
}

interface Assembly {
  readonly resources: readonly Resource[];
  readonly names: Names;
  readonly network: Network;
  readonly resourceRights: readonly ResourceRight[];
}

/**
 * Everything that the templates allow: to functions and applications, to roles of AWS services, to other principals by
 * resources' own policies, and through VPC endpoints.
 *
 * @param stacks all of the assembly, each after those that it depends on
 */
export function accessOf(stacks: readonly Stack[]): Access[] {
  const resources = resourcesOf(stacks);
  const names = namesAmong(resources);
  const assembly: Assembly = {
    resources,
    names,
    network: networkOf(resources, names),
    resourceRights: resourceRights(resources, names),
  };
  const functions = ofType(assembly, 'AWS::Lambda::Function').map((fn) => functionAccess(fn, assembly));
  const applications = ofType(assembly, 'AWS::Serverless::Application').map((each) =>
    applicationAccess(each, assembly),
  );
  const ofFunctions = new Set(ofType(assembly, 'AWS::Lambda::Function').map((fn) => roleOf(fn, assembly)));
  const roles = ofType(assembly, 'AWS::IAM::Role')
    .filter((role) => !ofFunctions.has(role))
    .map((role) => ({ kind: 'role' as const, name: names.of(role), ...roleAccess(role, assembly) }));
  return [
    ...sorted(functions),
    ...sorted(applications),
    ...sorted(roles),
    ...otherPrincipals(assembly),
    ...endpoints(assembly),
  ];
}

function functionAccess(fn: Resource, assembly: Assembly): Access {
  const role = roleOf(fn, assembly);
  const vpc = fn.property('VpcConfig') as { SecurityGroupIds?: string[]; SubnetIds?: string[] } | undefined;
  return {
    kind: 'function',
    name: assembly.names.of(fn),
    ...(role
      ? roleAccess(role, assembly)
      : { assumedBy: [], rights: [], unknown: [`all that the role ${String(fn.property('Role'))} may do`] }),
    reach: vpc ? assembly.network.reachOf(vpc.SecurityGroupIds ?? [], vpc.SubnetIds ?? []) : 'internet',
  };
}

/** An application of the serverless repository brings a template of its own; its network comes as parameters. */
function applicationAccess(application: Resource, { names, network }: Assembly): Access {
  const { ApplicationId, SemanticVersion } = application.property('Location') as Record<string, string>;
  const parameters = (application.property('Parameters') ?? {}) as Record<string, unknown>;
  const ids = (name: RegExp) =>
    Object.entries(parameters)
      .filter(([key]) => name.test(key))
      .flatMap(([, value]) => String(value).split(','));
  const groups = ids(/securityGroupIds$/i);
  const { functionName } = parameters;
  return {
    kind: 'application',
    name: typeof functionName === 'string' ? names.short(functionName) : names.of(application),
    assumedBy: [],
    rights: [],
    unknown: [`all that the template of ${ApplicationId} ${SemanticVersion} allows`],
    reach: groups.length > 0 ? network.reachOf(groups, ids(/subnetIds$/i)) : 'internet',
  };
}

function roleAccess(role: Resource, { resources, names, resourceRights }: Assembly) {
  const { rights, unknown } = identityRights(role, resources, names);
  const trust = resourceRights.filter(
    ({ right }) => right.action === 'sts:AssumeRole' && right.source === names.of(role),
  );
  const byResources = resourceRights.filter(
    ({ principal, right }) => isRole(principal, role) || (principal === '*' && right.effect === 'allow'),
  );
  return {
    assumedBy: [...new Set(trust.map(({ principal }) => names.short(principal)))].sort(),
    rights: [...rights, ...byResources.map(({ right }) => right)],
    unknown,
  };
}

/** Services and others that resources name themselves; services that assume a role are shown with the role. */
function otherPrincipals({ resources, names, resourceRights }: Assembly): Access[] {
  const roles = resources.filter(({ type }) => type === 'AWS::IAM::Role');
  const others = resourceRights.filter(
    ({ principal, right }) => right.action !== 'sts:AssumeRole' && !roles.some((role) => isRole(principal, role)),
  );
  const nameOf = ({ principal, right }: ResourceRight) => {
    // What is denied to the account is denied to all its principals; what is allowed to it, its own policies decide.
    if (principal === '*' || (isOwnAccount(principal) && right.effect === 'deny')) return 'everybody';
    return isOwnAccount(principal) ? 'whom the account allows it' : names.short(principal);
  };
  const byPrincipal = Map.groupBy(others, nameOf);
  return sorted(
    [...byPrincipal].map(([name, rights]) => ({
      kind: 'principal' as const,
      name,
      assumedBy: [],
      rights: rights.map(({ right }) => right),
      unknown: [],
    })),
  );
}

function endpoints(assembly: Assembly): Access[] {
  const found = ofType(assembly, 'AWS::EC2::VPCEndpoint').map((endpoint) => {
    const rights = endpointRights(endpoint, assembly.names);
    return {
      kind: 'endpoint' as const,
      name: assembly.names.of(endpoint),
      assumedBy: [],
      rights,
      unknown: rights.length > 0 ? [] : ['everything, since it has no policy'],
    };
  });
  return sorted(found);
}

function ofType({ resources }: Assembly, type: string): Resource[] {
  return resources.filter((resource) => resource.type === type);
}

function roleOf(fn: Resource, { resources }: Assembly): Resource | undefined {
  const [key] = keysIn(String(fn.property('Role')));
  return resources.find((resource) => resource.key === key);
}

function sorted(list: readonly Access[]): Access[] {
  return list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
