import { nextMap, presentMap, type ShardRange, shardName } from '../../functions/domain/shard-map.ts';
import type { Amount, Plan, PlannedShard } from '../../functions/domain/shard-plan.ts';
import type { Stage } from '../../infra/config/stage.ts';
import { tableLines } from '../../tooling/table.ts';
import { inWords, listed } from '../in-words.ts';
import { monthlyCostOfShard } from './shard-cost.ts';

export interface PlanTextOptions {
  /** How fast the mover is. */
  readonly ordersPerSecond: number;
  /** Where the plan is for; undefined for a local run, which costs nothing. */
  readonly stage: Pick<Stage, 'name' | 'database'> | undefined;
}

/** What a plan says, for a person. */
export function planText(plan: Plan, { ordersPerSecond, stage }: PlanTextOptions): string {
  const { shards, flows, moving, total } = plan;
  const header = ['SHARD', 'NOW', 'NEXT', 'ORDERS NOW', 'SHARE', 'NEXT', 'SHARE', 'SIZE NOW', 'NEXT'];
  const rows = shards.map((each) => [...rangesOf(each), ...columnsOf(each, total)]);
  const moves = flows.map(({ from, to, ...amount }) => [
    shardName({ id: from }),
    shardName({ id: to }),
    ...amountOf(amount),
  ]);
  return [
    ...tableLines([header, ...rows]),
    '',
    ...(flows.length === 0 ? [] : [...tableLines([['FROM', 'TO', 'USERS', 'ORDERS', 'SIZE'], ...moves]), '']),
    summary(moving, total, ordersPerSecond),
    ...additions(plan, stage),
    ...setting(shards),
  ].join('\n');
}

function rangesOf({ shard }: PlannedShard): string[] {
  const { from, to, next }: ShardRange = shard;
  return [shardName(shard), from === undefined ? '-' : `${from}-${to}`, next === undefined ? '-' : next.join('-')];
}

function columnsOf({ before, after }: PlannedShard, total: Amount): string[] {
  const orders = [before, after].flatMap((each) => [count(each.orders), share(each.orders, total.orders)]);
  return [...orders, size(before.bytes), size(after.bytes)];
}

function amountOf({ users, orders, bytes }: Amount): string[] {
  return [count(users), count(orders), size(bytes)];
}

function summary(moving: Amount, total: Amount, ordersPerSecond: number): string {
  if (moving.orders === 0) return 'Nobody who has orders moves.';
  const of = `${count(moving.orders)} of ${count(total.orders)} orders (${share(moving.orders, total.orders)})`;
  const duration = inWords(moving.orders / ordersPerSecond);
  return `${of} move, of ${count(moving.users)} users: about ${duration} at ${count(ordersPerSecond)} orders a second.`;
}

function additions({ added, emptied }: Plan, stage: PlanTextOptions['stage']): string[] {
  const names = (ids: readonly number[]) => ids.map((id) => shardName({ id }));
  const cost = (ids: readonly number[], verb: string) => {
    if (stage === undefined) return '';
    return `, which ${verb} about $${Math.round(ids.length * monthlyCostOfShard(stage))} a month in us-east-1`;
  };
  const database = stage && ` (db.${stage.database.instanceType}, ${stage.database.storageGiB} GB)`;
  const what = `a database${database ?? ''} with its secrets`;
  const lines: string[] = [];
  if (added.length > 0) {
    const each = added.length === 1 ? what : `each ${what}`;
    lines.push(
      `The deployment adds ${listed(names(added))}, ${each}${cost(added, added.length === 1 ? 'costs' : 'together cost')}.`,
    );
  }
  if (emptied.length > 0) {
    const them = emptied.length === 1 ? 'it' : 'them';
    const saves = cost(emptied, 'saves');
    lines.push(
      `${listed(names(emptied))} will own nobody: the deployment after the move may leave ${them} out${saves}.`,
    );
  }
  return lines;
}

function setting(planned: readonly PlannedShard[]): string[] {
  const shards = planned.map(({ shard }) => shard);
  const [present, next] = [presentMap(shards), nextMap(shards) ?? []].map((map) =>
    JSON.stringify(map.map(({ id, from, to }) => ({ id, from, to }))),
  );
  if (next === present) return ['It is the present map, so there is nothing to deploy.'];
  return ['The deployment that carries this map has', `  -c 'nextShards=${next}'`];
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function share(part: number, all: number): string {
  return all === 0 ? '-' : `${((100 * part) / all).toFixed(1)} %`;
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
