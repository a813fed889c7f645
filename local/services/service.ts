import type { Log } from '../../tooling/log.ts';
import type { PortClaim } from '../../tooling/ports.ts';
import type { Stack } from '../assembly/template.ts';
import type { AwsApi, StreamingApi } from '../aws-api/api-call.ts';
import type { Settings } from '../settings.ts';
import type { Authorities } from '../tls/authority.ts';
import type { ResourceProviders } from './provider.ts';

/** What all services of a run share. */
export interface Run {
  readonly settings: Settings;
  /** Other ones once the app is synthesized again: whoever keeps the run sees those that are current. */
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
  /** Starts what needs all resources. Called again after resources have changed: what runs is then made what they are now. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
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

/** What was looked up. @throws Error when it is undefined, which says that this run has no such thing */
export function required<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`this run has no ${what}`);
  return found;
}
