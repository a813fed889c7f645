import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { combine, type KafkaMetrics } from '../metrics.ts';
import { type AlarmScope, OperatorAlarm } from './operator-alarm.ts';

export interface KafkaAlarmsProps extends AlarmScope {
  readonly kafka: KafkaMetrics;
}

/** The brokers as machines: disks, replicas and the controller. What waits on a topic is a matter of delivery. */
export class KafkaAlarms extends Construct {
  constructor(scope: Construct, id: string, props: KafkaAlarmsProps) {
    super(scope, id);
    const { kafka, ...alarmScope } = props;
    const minute = Duration.minutes(1);
    const fiveMinutes = Duration.minutes(5);
    new OperatorAlarm(this, 'kafka-disk', {
      ...alarmScope,
      meaning: 'A broker has used more than 85 % of its disk. A broker with a full disk stops.',
      firstAction: "Find the topic that grew, then enlarge the brokers' storage or shorten its retention.",
      metric: combine(
        'MAX',
        kafka.ofBrokers('KafkaDataLogsDiskUsed', { statistic: 'Maximum' }),
        'Fullest disk',
        fiveMinutes,
      ),
      threshold: 85,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // A silent cluster has the alarm on its controller.
      treatMissingData: TreatMissingData.IGNORE,
    });
    new OperatorAlarm(this, 'kafka-offline-partitions', {
      ...alarmScope,
      meaning:
        'Partitions have no leader, so they can be neither written nor read. Orders are still accepted and wait in the outbox.',
      firstAction: 'Check in the MSK console which brokers are not running, and whether AWS is repairing them.',
      metric: kafka.ofCluster('OfflinePartitionsCount', { statistic: 'Maximum', period: minute }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.IGNORE,
    });
    if (props.stage.kafka.brokerMetrics) {
      new OperatorAlarm(this, 'kafka-under-replicated', {
        ...alarmScope,
        meaning:
          'Partitions have had too few replicas for 15 minutes. If another broker is lost, nothing can be written.',
        firstAction:
          'Check in the MSK console whether a broker is missing, or whether AWS is patching them one by one.',
        metric: combine(
          'MAX',
          kafka.ofBrokers('UnderReplicatedPartitions', { statistic: 'Minimum' }),
          'Partitions without all copies',
          fiveMinutes,
        ),
        threshold: 0,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 3,
        treatMissingData: TreatMissingData.IGNORE,
      });
    }
    new OperatorAlarm(this, 'kafka-controller', {
      ...alarmScope,
      meaning: 'The cluster has had no active controller for five minutes, or has reported nothing.',
      firstAction:
        'Check the state of the cluster in the MSK console, and open a support case if it is not being repaired.',
      // While brokers are patched another one takes over within seconds, which the largest value of a period outlives.
      metric: kafka.ofCluster('ActiveControllerCount', { statistic: 'Maximum' }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }
}
