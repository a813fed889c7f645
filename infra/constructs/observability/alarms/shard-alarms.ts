import { Size } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { maxConnections } from '../../../config/stage.ts';
import { databaseMetrics } from '../metrics.ts';
import { type AlarmScope, OperatorAlarm } from './operator-alarm.ts';

const FREE_STORAGE_SHARE = 0.1;
const USED_CONNECTIONS_SHARE = 0.8;

export interface ShardAlarmsProps extends AlarmScope {
  /** E.g. `shard1`. */
  readonly shard: string;
}

/** For each shard: what its Postgres instance runs out of. */
export class ShardAlarms extends Construct {
  constructor(scope: Construct, id: string, props: ShardAlarmsProps) {
    super(scope, id);
    const { shard, ...alarmScope } = props;
    const { database } = props.stage;
    const metric = databaseMetrics(props.stage, shard);
    new OperatorAlarm(this, `shard-cpu-${shard}`, {
      ...alarmScope,
      heading: 'shard-cpu',
      meaning: `${shard} used more than 80 % of its CPU for 15 minutes, or reported nothing because it is down.`,
      firstAction: 'Find the statement that takes the time in CloudWatch Database Insights.',
      metric: metric('CPUUtilization', { statistic: 'Average' }),
      threshold: 80,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      // A running instance reports every minute. One alarm for its silence is enough.
      treatMissingData: TreatMissingData.BREACHING,
    });
    const silenceIsNoNews = { ...alarmScope, treatMissingData: TreatMissingData.IGNORE };
    const freeBytes = Size.gibibytes(database.storageGiB * FREE_STORAGE_SHARE).toBytes({ rounding: 0 });
    new OperatorAlarm(this, `shard-storage-${shard}`, {
      ...silenceIsNoNews,
      heading: 'shard-storage',
      meaning: `${shard} has had less than ${100 * FREE_STORAGE_SHARE} % of its ${database.storageGiB} GiB free for 30 minutes. It stops when its storage is full.`,
      firstAction: 'Check whether storage still grows automatically or has reached its limit, and raise it.',
      metric: metric('FreeStorageSpace', { statistic: 'Minimum' }),
      threshold: freeBytes,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 6,
    });
    new OperatorAlarm(this, `shard-connections-${shard}`, {
      ...silenceIsNoNews,
      heading: 'shard-connections',
      meaning: `More than ${100 * USED_CONNECTIONS_SHARE} % of the connections of ${shard} are in use.`,
      firstAction:
        'Count the sessions by user and address in pg_stat_activity. Reserved concurrency should make this impossible.',
      metric: metric('DatabaseConnections', { statistic: 'Maximum' }),
      threshold: Math.floor(maxConnections(database) * USED_CONNECTIONS_SHARE),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 2,
    });
  }
}
