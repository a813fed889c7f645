import { type Acl, AclOperations, Admin } from '@platformatic/kafka';
import type { Log } from '../../../tooling/log.ts';
import type { Principal } from '../../aws-api/api-call.ts';
import { SUPER_USER } from '../../engines/kafka/properties.ts';
import { required } from '../service.ts';
import { aclsOf, dependsOnNames, type Grants, type KnownNames } from './acls.ts';
import { namesIn, replaceAcls, textOf } from './broker-acls.ts';
import { guarded, type KafkaConnection, reasonOf } from './kafka-client.ts';
import type { KafkaUser } from './sign-in.ts';

/** How soon an access list that depends on names takes in a new topic or group. */
const LOOK_MS = 5_000;

export interface AccessListOptions {
  readonly clusterArn: string;
  /** The broker, as its super user. */
  readonly kafka: KafkaConnection;
  /** What IAM says of a principal now. */
  readonly grantsOf: (principal: Principal) => Grants;
  readonly log: Log;
}

/**
 * Keeps the broker's access lists as the policies of the roles are: a role's own from its first sign-in on. They stay with the
 * broker's data, so that a later run finds them there.
 */
export class AccessList {
  readonly #options: AccessListOptions;
  /** By ARN: who has signed in, and the list that the broker enforces; undefined while that is not known. */
  readonly #users = new Map<string, { readonly principal: Principal; enforced?: readonly Acl[] | undefined }>();
  /** Groups that need not exist yet. */
  readonly #groups = new Set<string>();
  #lastChange: Promise<void> = Promise.resolve();
  #looking: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: AccessListOptions) {
    this.#options = options;
  }

  /**
   * Lets the broker enforce what a principal may do now.
   *
   * @returns the principal's user there
   * @throws the library's error when the broker cannot be reached
   */
  async grant(principal: Principal): Promise<KafkaUser> {
    if (principal.kind === 'operator') return { name: SUPER_USER, mayProduceIdempotently: () => true };
    const name = principal.arn;
    if (!this.#users.has(name)) this.#users.set(name, { principal });
    await this.#change([name]);
    return { name, mayProduceIdempotently: () => !!this.#users.get(name)?.enforced?.some(isIdempotentWrite) };
  }

  /** Counts a group among those that exist, so that whoever may be in it can be the first. */
  addGroup(name: string): void {
    this.#groups.add(name);
  }

  /**
   * Takes in changed policies, topics and groups. A role for which this fails is made good for when it signs in again.
   *
   * @param roleName whose policies have changed; undefined for all roles
   */
  async refresh(roleName?: string): Promise<void> {
    if (this.#stopped) return;
    const users = [...this.#users].filter(([, { principal }]) => roleName === undefined || principal.name === roleName);
    try {
      await this.#change(users.map(([name]) => name));
    } catch (error) {
      if (!this.#stopped) this.#options.log.warn('the access lists could not be refreshed: %s', reasonOf(error));
    }
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#looking);
  }

  /** One after the other, so that the last one to begin has the last word. */
  #change(users: readonly string[]): Promise<void> {
    const change = this.#lastChange.then(() => this.#replace(users));
    this.#lastChange = change.catch(() => {});
    return change;
  }

  async #replace(users: readonly string[]): Promise<void> {
    await using connections = new AsyncDisposableStack();
    let client: Admin | undefined;
    const admin = () => (client ??= connections.adopt(guarded(new Admin(this.#options.kafka)), (it) => it.close()));
    const { clusterArn, grantsOf, log } = this.#options;
    for (const name of users) {
      const user = required(this.#users.get(name), `Kafka user ${name}`);
      const grants = grantsOf(user.principal);
      const needsNames = dependsOnNames(clusterArn, grants);
      if (needsNames) this.#look();
      const known = needsNames ? await this.#knownNames(admin()) : { topic: [], group: [] };
      const wanted = aclsOf(`User:${name}`, clusterArn, grants, known);
      if (user.enforced && textOf(user.enforced) === textOf(wanted)) continue;
      user.enforced = undefined;
      const changes = await replaceAcls(admin(), `User:${name}`, wanted);
      user.enforced = wanted;
      log.debug('%s: %d entries of the access list changed', user.principal.name, changes);
    }
  }

  async #knownNames(admin: Admin): Promise<KnownNames> {
    const { topic, group } = await namesIn(admin);
    return { topic, group: [...new Set([...group, ...this.#groups])] };
  }

  #look(): void {
    if (!this.#stopped) this.#looking ??= setInterval(() => void this.refresh(), LOOK_MS).unref();
  }
}

function isIdempotentWrite({ operation }: Acl): boolean {
  return operation === AclOperations.IDEMPOTENT_WRITE;
}
