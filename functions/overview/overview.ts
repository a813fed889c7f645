import type { ShardAnswers } from '../domain/ask-shards.ts';
import { ShardUnavailableError } from '../domain/errors.ts';
import { checkParts, type Part } from '../domain/health.ts';
import { type ListOrdersDependencies, listOrders, type OrderPage } from '../domain/order-lists.ts';
import type { OrderFilter } from '../domain/order-page.ts';
import { observeParts, type PartHistory, type Transition } from '../domain/part-history.ts';
import { type ReadStatisticsDependencies, readStatistics, type ShardStatistics } from '../domain/statistics.ts';

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
  readonly statistics: ShardAnswers<ShardStatistics> | undefined;
}

/** @param userId whose numbers; everybody's when undefined */
export async function systemState(
  userId: string | undefined,
  dependencies: OverviewDependencies,
): Promise<SystemState> {
  const { shards, history, log } = dependencies;
  const [parts, statistics] = await Promise.all([
    checkParts(dependencies.parts, log),
    unlessUnavailable(readStatistics(userId, dependencies)),
  ]);
  const transitions = await observeParts(parts, shards, history, log);
  return { parts, history: transitions, statistics };
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
