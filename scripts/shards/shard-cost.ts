import type { Stage } from '../../infra/config/stage.ts';

/** List prices in us-east-1 in dollars, as docs/cost.md has them: of an instance for an hour, and of a GB for a month. */
const PRICES = {
  dev: { instanceHour: 0.016, storage: 0.115 },
  prod: { instanceHour: 0.337, storage: 0.23 },
} as const;
const HOURS = 730;
/** For each of its three users. */
const SECRETS = 3 * 0.4;
const ALARMS = 3 * 0.1;

/** What one more shard costs in a month, in dollars, without usage. */
export function monthlyCostOfShard({ name, database }: Pick<Stage, 'name' | 'database'>): number {
  const { instanceHour, storage } = PRICES[name];
  return HOURS * instanceHour + database.storageGiB * storage + SECRETS + ALARMS;
}
