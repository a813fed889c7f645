import { createHash } from 'node:crypto';
import type { OrderStatisticsBody } from '../contract/http/responses.ts';
import { ShardUnavailableError } from '../domain/errors.ts';
import { checkParts, type Part } from '../domain/health.ts';
import { type ListOrdersDependencies, listOrders, type OrderPage } from '../domain/order-lists.ts';
import type { OrderFilter } from '../domain/order-page.ts';
import { observeParts, type PartHistory, type Transition } from '../domain/part-history.ts';
import { type ReadStatisticsDependencies, readStatistics } from '../domain/statistics.ts';
import { toStatisticsBody } from '../http/statistics-body.ts';

export interface OverviewDependencies extends ReadStatisticsDependencies, ListOrdersDependencies {
  readonly parts: readonly Part[];
  readonly history: PartHistory;
}

export interface SystemState {
  /** By name whether each part is up. */
  readonly parts: ReadonlyMap<string, boolean>;
  /** Newest first. */
  readonly history: readonly Transition[];
  /** Undefined when no shard that has them responds. */
  readonly statistics: OrderStatisticsBody | undefined;
  /** Differs from another one when any order, number or part has changed, a minute has passed, or the question is another. */
  readonly version: string;
}

/**
 * @param userId whose numbers; everybody's when undefined
 * @param page what the page of orders depends on
 */
export async function systemState(
  userId: string | undefined,
  page: OrderFilter & { readonly limit: number },
  dependencies: OverviewDependencies,
): Promise<SystemState> {
  const { shards, history, log } = dependencies;
  const [parts, statistics] = await Promise.all([
    checkParts(dependencies.parts, log),
    unlessUnavailable(readStatistics(userId, dependencies).then(toStatisticsBody)),
  ]);
  const transitions = await observeParts(parts, shards, history, log);
  return { parts, history: transitions, statistics, version: versionOf(page, parts, transitions, statistics) };
}

/** The first page; undefined when no shard that has it responds. */
export function firstPage(
  filter: OrderFilter,
  limit: number,
  dependencies: ListOrdersDependencies,
): Promise<OrderPage | undefined> {
  return unlessUnavailable(listOrders({ ...filter, limit }, dependencies));
}

async function unlessUnavailable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ShardUnavailableError) return undefined;
    throw error;
  }
}

/** Whatever a list shows changes a number. Times that pass by themselves are left out. */
function versionOf(
  page: OrderFilter & { readonly limit: number },
  parts: SystemState['parts'],
  history: SystemState['history'],
  statistics: OrderStatisticsBody | undefined,
): string {
  const { as_of: _, ...numbers } = statistics ?? {};
  const state = JSON.stringify([page, [...parts], history, numbers], (key, value) =>
    key === 'oldest_age_seconds' ? undefined : value,
  );
  return createHash('sha256').update(state).digest('base64url').slice(0, 16);
}
