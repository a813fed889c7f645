import { rejectWhenAborted } from '../../tooling/abort.ts';
import { UserError } from '../../tooling/errors.ts';
import type { Log } from '../../tooling/log.ts';
import { variableOf } from '../../tooling/paths.ts';
import type { PortClaim } from '../../tooling/ports.ts';
import type { ProviderRegistry, ResourceProvider } from '../assembly/resource-provider.ts';
import type { ResourceDeclaration, Stack } from '../assembly/template.ts';
import type { AwsApi, StreamingApi } from '../aws-endpoint/api-call.ts';
import type { Ports, Settings } from '../settings.ts';
import type { Authorities } from '../tls/authority.ts';
import type { ResourceProviders } from './provider.ts';

/** What all services of a run share. */
export interface Run {
  readonly settings: Settings;
  readonly stacks: readonly Stack[];
  readonly log: Log;
  readonly authorities: Authorities;
}

/**
 * What the runner knows of one AWS service. Constructing it does no I/O. Each step is optional, and `stop` may come after
 * any of them, also when it failed.
 */
export interface Service {
  /** How its resources are created. */
  readonly resources?: ResourceProviders;
  /** What SDKs call at the AWS endpoint. */
  readonly api?: AwsApi | StreamingApi | undefined;
  /** The ports that it is going to listen on. */
  ports?(): PortClaim[];
  /** Starts what must run before any resource is created. */
  open?(): Promise<void>;
  /** Starts what needs all resources. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

/** The type that stands for custom resources of all types that have no provider of their own. */
const CUSTOM_RESOURCE = 'AWS::CloudFormation::CustomResource';

/** The services of a run, in rows: each row opens and starts after the one before and stops before it. */
export class Services implements ProviderRegistry {
  readonly #rows: readonly (readonly Service[])[];
  readonly #providers: ResourceProviders;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(rows: readonly (readonly Service[])[]) {
    this.#rows = rows;
    this.#providers = Object.assign({}, ...this.all.map(({ resources }) => resources));
  }

  get all(): Service[] {
    return this.#rows.flat();
  }

  providerOf(declaration: ResourceDeclaration): ResourceProvider | undefined {
    const { Type } = declaration;
    const provider =
      this.#providers[Type] ?? (Type.startsWith('Custom::') ? this.#providers[CUSTOM_RESOURCE] : undefined);
    return typeof provider === 'function' ? provider(declaration) : provider;
  }

  /** The ports that they are going to listen on. */
  ports(): PortClaim[] {
    return this.all.flatMap((service) => service.ports?.() ?? []);
  }

  /** Starts what must run before any resource is created. */
  async open(): Promise<void> {
    for (const row of this.#rows) await this.#step('open', row);
  }

  /** Starts what needs all resources. Rejects with the signal's reason when that is aborted. */
  async start(signal: AbortSignal): Promise<void> {
    for (const row of this.#rows) await Promise.race([this.#step('start', row), rejectWhenAborted(signal)]);
  }

  /** Stops everything, whatever fails, and also what is still starting when another failed or the start was aborted. */
  async stop(): Promise<void> {
    await this.#underWay;
    const stack = new AsyncDisposableStack();
    for (const row of this.#rows) stack.defer(() => stopAll(row));
    await stack.disposeAsync();
  }

  #step(step: 'open' | 'start', row: readonly Service[]): Promise<unknown> {
    const steps = row.map((service) => service[step]?.());
    this.#underWay = Promise.allSettled(steps);
    return Promise.all(steps);
  }
}

/**
 * Stops parts side by side.
 *
 * @throws AggregateError when some could not be stopped; the others are
 */
export async function stopAll(parts: Iterable<Pick<Service, 'stop'>>): Promise<void> {
  const outcomes = await Promise.allSettled([...parts].map((part) => part.stop?.()));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors, 'some parts could not be stopped');
}

/**
 * A claim of the port that a setting chooses.
 *
 * @param part what is going to listen there, as the person knows it
 */
export function portClaim(part: string, setting: keyof Ports, port: number): PortClaim {
  const flag = `${setting}-port`;
  return { port, part, flag: `--${flag}`, variable: variableOf(flag) };
}

/** What was looked up. @throws Error when it is undefined, which says that this run has no such thing */
export function required<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`this run has no ${what}`);
  return found;
}

/** @throws UserError when there is none, or more than one */
export function only<T>(what: string, found: Iterable<T>): T {
  const all = [...found];
  const [first, ...more] = all;
  if (first !== undefined && more.length === 0) return first;
  throw new UserError(`The local run serves exactly one ${what}; the templates have ${all.length}.`);
}
