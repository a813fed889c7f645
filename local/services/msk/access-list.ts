import { Admin } from '@platformatic/kafka';
import type { Log } from '../../../tooling/log.ts';
import type { Principal } from '../../aws-api/api-call.ts';
import { SUPER_USER } from '../../engines/kafka/properties.ts';
import { aclsOf, dependsOnNames, type Grants } from './acls.ts';
import { namesIn, replaceAcls, textOf } from './broker-acls.ts';
import { guarded, type KafkaConnection, reasonOf } from './kafka-client.ts';

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
  /** By ARN: who has signed in, and the text of the list that the broker enforces. */
  readonly #enforced = new Map<string, { principal: Principal; text: string | undefined }>();
  #lastChange: Promise<void> = Promise.resolve();
  #looking: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: AccessListOptions) {
    this.#options = options;
  }

  /**
   * Lets the broker enforce what a principal may do now.
   *
   * @returns the principal's user at the broker
   * @throws the library's error when the broker cannot be reached
   */
  async grant(principal: Principal): Promise<string> {
    if (principal.kind === 'operator') return SUPER_USER;
    if (!this.#enforced.has(principal.arn)) this.#enforced.set(principal.arn, { principal, text: undefined });
    await this.#change([principal]);
    return principal.arn;
  }

  /** Takes in changed policies, topics and groups. A role for which this fails is made good for when it signs in again. */
  async refresh(): Promise<void> {
    try {
      await this.#change([...this.#enforced.values()].map(({ principal }) => principal));
    } catch (error) {
      if (!this.#stopped) this.#options.log.warn('the access lists could not be refreshed: %s', reasonOf(error));
    }
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#looking);
  }

  /** One after the other, so that the last one to begin has the last word. */
  #change(principals: readonly Principal[]): Promise<void> {
    const change = this.#lastChange.then(() => this.#replace(principals));
    this.#lastChange = change.catch(() => {});
    return change;
  }

  async #replace(principals: readonly Principal[]): Promise<void> {
    await using connections = new AsyncDisposableStack();
    let client: Admin | undefined;
    const admin = () => (client ??= connections.adopt(guarded(new Admin(this.#options.kafka)), (it) => it.close()));
    const { clusterArn, grantsOf, log } = this.#options;
    for (const principal of principals) {
      const grants = grantsOf(principal);
      const needsNames = dependsOnNames(clusterArn, grants);
      if (needsNames) this.#look();
      const known = needsNames ? await namesIn(admin()) : { topic: [], group: [] };
      const user = `User:${principal.arn}`;
      const wanted = aclsOf(user, clusterArn, grants, known);
      const text = textOf(wanted);
      if (this.#enforced.get(principal.arn)?.text === text) continue;
      // Unknown until it has succeeded.
      this.#enforced.set(principal.arn, { principal, text: undefined });
      const changes = await replaceAcls(admin(), user, wanted);
      this.#enforced.set(principal.arn, { principal, text });
      log.debug('%s: %d entries of the access list changed', principal.name, changes);
    }
  }

  #look(): void {
    if (!this.#stopped) this.#looking ??= setInterval(() => void this.refresh(), LOOK_MS).unref();
  }
}
