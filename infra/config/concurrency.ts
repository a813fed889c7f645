import { CONNECTIONS_PER_SHARD } from '../../functions/domain/shard-map.ts';
import { UserError } from '../../tooling/errors.ts';
import { maxConnections, type Stage } from './stage.ts';

/**
 * Lambda keeps at least this much for functions without a reservation.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
export const UNRESERVED = 100;

/** Three for superusers of Postgres, the rotation of both users, and a person. */
export const CONNECTIONS_OF_OTHERS = 6;

/** The account's quota must allow for this many concurrent executions. */
export function neededQuota({ concurrency }: Stage): number {
  return Object.values<number>(concurrency ?? {}).reduce((sum, each) => sum + each, UNRESERVED);
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
  if (quota * CONNECTIONS_PER_SHARD + CONNECTIONS_OF_OTHERS <= maxConnections(stage.database)) {
    return { ...stage, concurrency: undefined };
  }
  throw new UserError(
    `Context "lambdaConcurrencyQuota": ${stage.name} reserves ${needed - UNRESERVED} concurrent executions for its ` +
      `functions and Lambda keeps ${UNRESERVED} for others, but the quota is ${quota}; request ${needed} "Concurrent ` +
      'executions" in Service Quotas and pass the new value.',
  );
}
