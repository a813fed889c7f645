import type { Stage } from '../../infra/config/stage.ts';
import { HOURS_OF_A_MONTH, PRICES } from '../bench/prices.ts';

/** Of an instance for an hour, and of a GB for a month. */
const OF_STAGE = {
  dev: { instanceHour: PRICES.postgresMicroHour, storage: PRICES.postgresOneZoneGigabyteMonth },
  prod: { instanceHour: PRICES.postgresLargeHour, storage: PRICES.postgresGigabyteMonth },
} as const;
/** For each of its three users. */
const SECRETS = 3 * 0.4;
const ALARMS = 3 * 0.1;

/** What one more shard costs in a month, in dollars, without usage. */
export function monthlyCostOfShard({ name, database }: Pick<Stage, 'name' | 'database'>): number {
  const { instanceHour, storage } = OF_STAGE[name];
  return HOURS_OF_A_MONTH * instanceHour + database.storageGiB * storage + SECRETS + ALARMS;
}
