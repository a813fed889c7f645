import { type Acl, AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from '@platformatic/kafka';
import { CONNECT, KAFKA_ACTIONS, type KafkaAction, type KafkaResource, RESOURCE_TYPE } from './kafka-actions.ts';
import { matchesName, namesBehind } from './resource-names.ts';

/** What IAM says of one principal. */
export interface Grants {
  /** Whether its policies allow an action on a resource. */
  allows(action: string, resourceArn: string): boolean;
  /** The ARNs, with wildcards, that the statements of its policies name. */
  readonly resourcePatterns: readonly string[];
}

/** The names that exist in a cluster, for patterns that Kafka cannot express. */
export interface KnownNames {
  readonly topic: readonly string[];
  readonly group: readonly string[];
}

/** The cluster's one name in Kafka's access lists. */
export const CLUSTER_NAME = 'kafka-cluster';
/** Stands for every continuation of a prefix: no name has these characters, so no pattern but a `*` matches it. */
const ANY_CONTINUATION = '\u{1}'.repeat(30);

/** A name, or all names with a prefix. */
interface Target {
  readonly name: string;
  readonly isPrefix: boolean;
}

/**
 * The access list of one Kafka user, so that the broker allows what its IAM policies do. An entry stands for an action that is
 * allowed together with all actions that it requires. A pattern that ends in its only `*` becomes a prefix; other wildcards are
 * expanded over the names that exist. Where a prefix is allowed and a name below it is not, an entry denies that name.
 *
 * @param principal the user as Kafka writes it: `User:<name>`
 */
export function aclsOf(principal: string, clusterArn: string, grants: Grants, known: KnownNames): Acl[] {
  if (!grants.allows(CONNECT, clusterArn)) return [];
  const rights = new Rights(clusterArn, grants, known);
  return KAFKA_ACTIONS.flatMap((action) =>
    rights.entriesOf(action).map(({ target, permission }) => ({
      resourceType: ResourceTypes[RESOURCE_TYPE[action.resource]],
      resourceName: target.name === '' ? '*' : target.name,
      resourcePatternType:
        target.isPrefix && target.name !== '' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal,
      host: '*',
      operation: AclOperations[action.operation],
      permissionType: AclPermissionTypes[permission],
    })),
  );
}

/** Whether an access list depends on which topics and groups exist. */
export function dependsOnNames(clusterArn: string, grants: Grants): boolean {
  return (['topic', 'group'] as const)
    .flatMap((resource) => namePatterns(clusterArn, resource, grants))
    .some((pattern) => targetOf(pattern) === undefined);
}

class Rights {
  readonly #clusterArn: string;
  readonly #grants: Grants;
  readonly #targets: Readonly<Record<KafkaResource, readonly Target[]>>;

  constructor(clusterArn: string, grants: Grants, known: KnownNames) {
    this.#clusterArn = clusterArn;
    this.#grants = grants;
    const targets = (resource: Exclude<KafkaResource, 'cluster'>) =>
      targetsOf(namePatterns(clusterArn, resource, grants), resource === 'transactional-id' ? [] : known[resource]);
    this.#targets = {
      cluster: [{ name: CLUSTER_NAME, isPrefix: false }],
      topic: targets('topic'),
      group: targets('group'),
      'transactional-id': targets('transactional-id'),
    };
  }

  entriesOf(action: KafkaAction): { target: Target; permission: 'ALLOW' | 'DENY' }[] {
    const targets = this.#targets[action.resource];
    const allowed = targets.filter((target) => this.#allows(action, target));
    const denied = targets.filter(
      (target) => !allowed.includes(target) && allowed.some((wider) => includes(wider, target)),
    );
    return [
      ...allowed.map((target) => ({ target, permission: 'ALLOW' as const })),
      ...denied.map((target) => ({ target, permission: 'DENY' as const })),
    ];
  }

  #allows(action: KafkaAction, target: Target): boolean {
    return (
      this.#arnsOf(action.resource, target).every((arn) => this.#grants.allows(action.name, arn)) &&
      action.requires.every((required) =>
        required.resource === action.resource
          ? this.#allows(required, target)
          : this.#targets[required.resource].some((other) => this.#allows(required, other)),
      )
    );
  }

  /** What to ask IAM for. */
  #arnsOf(resource: KafkaResource, { name, isPrefix }: Target): string[] {
    const arn = arnOfResource(this.#clusterArn, resource, name);
    return isPrefix ? [arn, arn + ANY_CONTINUATION] : [arn];
  }
}

/** The ARN of a cluster itself, or of something in it by name. */
export function arnOfResource(clusterArn: string, resource: KafkaResource, name: string): string {
  return resource === 'cluster' ? clusterArn : `${clusterArn.replace(':cluster/', `:${resource}/`)}/${name}`;
}

function namePatterns(clusterArn: string, resource: KafkaResource, { resourcePatterns }: Grants): string[] {
  const beginning = arnOfResource(clusterArn, resource, '');
  const patterns = resourcePatterns.flatMap((pattern) => namesBehind(beginning, pattern));
  // A `*` for the cluster in front may be read on into the name, where no topic has a slash.
  return resource === 'topic' ? patterns.filter((pattern) => !pattern.includes('/')) : patterns;
}

function targetsOf(patterns: readonly string[], known: readonly string[]): Target[] {
  const targets = patterns.flatMap(
    (pattern) =>
      targetOf(pattern) ??
      known.filter((name) => matchesName(pattern, name)).map((name) => ({ name, isPrefix: false })),
  );
  return [...new Map(targets.map((target) => [`${target.isPrefix} ${target.name}`, target])).values()];
}

/** Undefined for a pattern that Kafka cannot express. */
function targetOf(pattern: string): Target | undefined {
  const isPrefix = pattern.endsWith('*');
  const name = isPrefix ? pattern.slice(0, -1) : pattern;
  return /[*?]/.test(name) ? undefined : { name, isPrefix };
}

function includes(wider: Target, target: Target): boolean {
  return wider.isPrefix && wider !== target && target.name.startsWith(wider.name);
}
