import { CONNECTIONS_PER_SHARD } from '../../functions/domain/shard-map.ts';
import { UserError } from '../../tooling/errors.ts';
import { type FunctionFolder, maxConnections, STAGES, type Stage } from './stage.ts';

type Reservations = NonNullable<Stage['concurrency']>;

/** The functions that a reservation can be given to. */
export const FUNCTION_FOLDERS = Object.keys(STAGES.dev.concurrency ?? {}) as FunctionFolder[];

/** Those that sign in to no shard. */
export const WITHOUT_SHARDS: readonly FunctionFolder[] = ['describe-api', 'authorizer', 'consume-orders', 'dlt'];

/**
 * Lambda keeps at least this much for functions without a reservation.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
export const UNRESERVED = 100;

/** Three for superusers of Postgres, the rotation of three users, and a person. */
export const CONNECTIONS_OF_OTHERS = 7;

/** The account's quota must allow for this many concurrent executions. */
export function neededQuota({ concurrency }: Stage): number {
  return Object.values<number>(concurrency ?? {}).reduce((sum, each) => sum + each, UNRESERVED);
}

/**
 * The stage with other reservations.
 *
 * @param given `stage` for those it has, `none` for no reservation at all, or numbers for some functions
 * @throws UserError when the functions could open more connections to a shard than it takes
 */
export function withConcurrency(stage: Stage, given: 'stage' | 'none' | Partial<Reservations>): Stage {
  if (given === 'none') return { ...stage, concurrency: undefined };
  if (given === 'stage' || stage.concurrency === undefined) return stage;
  const concurrency = { ...stage.concurrency, ...given };
  const clients = FUNCTION_FOLDERS.filter((folder) => !WITHOUT_SHARDS.includes(folder));
  const needed = connectionsOf(clients.reduce((sum, folder) => sum + concurrency[folder], 0));
  const allowed = maxConnections(stage.database);
  if (needed <= allowed) return { ...stage, concurrency };
  throw new UserError(
    `Context "concurrency": the functions could open ${needed} connections to a shard, those of others included, and a ` +
      `db.${stage.database.instanceType} takes ${allowed}; lower the numbers of some.`,
  );
}

/**
 * Fits the stage's reserved concurrency into the account's quota. It keeps functions from taking each other's share, and
 * all of them together within the connections that a shard takes. Where the quota itself is that small, as in new
 * accounts, nothing is reserved.
 *
 * @throws UserError when the quota has no room for the reservations and does not make them unnecessary either
 */
export function reserveConcurrency(stage: Stage, quota: number): Stage {
  const needed = neededQuota(stage);
  if (needed <= quota) return stage;
  if (connectionsOf(quota) <= maxConnections(stage.database)) {
    return { ...stage, concurrency: undefined };
  }
  throw new UserError(
    `Context "lambdaConcurrencyQuota": ${stage.name} reserves ${needed - UNRESERVED} concurrent executions for its ` +
      `functions and Lambda keeps ${UNRESERVED} for others, but the quota is ${quota}; request ${needed} "Concurrent ` +
      'executions" in Service Quotas and pass the new value.',
  );
}

/** What a shard has open when so many execution environments and everybody else are connected. */
function connectionsOf(environments: number): number {
  return environments * CONNECTIONS_PER_SHARD + CONNECTIONS_OF_OTHERS;
}
