import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { FunctionFolder } from '../../../config/stage.ts';
import { combine, type KafkaMetrics, lambdaMetrics, orderFlowMetric } from '../metrics.ts';
import { type AlarmScope, OperatorAlarm } from './operator-alarm.ts';

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = ComparisonOperator;
const { BREACHING, IGNORE, NOT_BREACHING } = TreatMissingData;

export interface GroupOnTopic {
  readonly consumerGroup: string;
  readonly topic: string;
}

export interface DeliveryAlarmsProps extends AlarmScope {
  readonly kafka: KafkaMetrics;
  readonly relay: FunctionFolder;
  readonly deadLetterTopic: string;
  readonly groups: readonly GroupOnTopic[];
}

/** Everything between an accepted order and its confirmation: outbox, events, dead letters and consumer lag. */
export class DeliveryAlarms extends Construct {
  readonly #scope: AlarmScope;

  constructor(scope: Construct, id: string, props: DeliveryAlarmsProps) {
    super(scope, id);
    this.#scope = { stage: props.stage, topic: props.topic };
    this.#relay(props.relay);
    this.#orders();
    this.#records(props);
    for (const group of props.groups) this.#lag(props.kafka, group);
  }

  #relay(folder: FunctionFolder): void {
    const { stage } = this.#scope;
    new OperatorAlarm(this, 'relay-not-running', {
      ...this.#scope,
      meaning: `${folder}, which delivers overdue receipts and events, has not run for five minutes. It is due every minute.`,
      firstAction: 'Check that its EventBridge rule is enabled and that the function is not throttled.',
      metric: lambdaMetrics(stage, folder)('Invocations', { statistic: 'Sum' }),
      threshold: 1,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // Lambda reports nothing for a function that nobody calls.
      treatMissingData: BREACHING,
    });
    new OperatorAlarm(this, 'outbox-age', {
      ...this.#scope,
      meaning: 'The receipt or event of an accepted order has been undelivered for more than 5 minutes.',
      firstAction: 'Check S3 and Kafka in /health, then read the WARN lines in the log of relay-outbox.',
      metric: orderFlowMetric(stage, 'OutboxOldestAgeSeconds', { statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: 300,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      // A relay that stopped has its own alarm, and the orders still age.
      treatMissingData: IGNORE,
    });
  }

  #orders(): void {
    new OperatorAlarm(this, 'republished-orders', {
      ...this.#scope,
      meaning: 'Orders were not confirmed in time, so their events were published again.',
      firstAction: 'Compare the lag of both consumer groups on the dashboard: orders wait where it grows.',
      metric: orderFlowMetric(this.#scope.stage, 'Republished', { statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
    });
  }

  #records({ kafka, deadLetterTopic }: DeliveryAlarmsProps): void {
    const { stage } = this.#scope;
    const period = Duration.minutes(5);
    const common = {
      ...this.#scope,
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // There are no values unless there was such a record.
      treatMissingData: NOT_BREACHING,
    };
    new OperatorAlarm(this, 'dead-letters', {
      ...common,
      meaning: `An event was rejected as invalid, or given up after its retries and sent to ${deadLetterTopic}.`,
      firstAction: 'Run `npm run dlt -- list` to see the events and the reasons, then replay or drop each of them.',
      // What was refused for its content is counted by the consumer; what was given up for another reason, such as a
      // topic that took no confirmations, shows in the traffic of the dead-letter topic alone. That one is a rate which fades
      // away over minutes: below 1 it is an echo of what has been reported already.
      metric: combine(
        'SUM',
        [
          orderFlowMetric(stage, 'RejectedEvents', { statistic: 'Sum', period }),
          ...kafka.ofBrokers('BytesInPerSec', { statistic: 'Sum', period }, deadLetterTopic),
        ],
        'Events refused or given up',
        period,
      ),
    });
    new OperatorAlarm(this, 'unreadable-confirmations', {
      ...common,
      meaning:
        'A confirmation could not be read and was skipped. Its order stays unconfirmed until its event is published again.',
      firstAction:
        'Find the record in the log of confirm-orders, and find out who wrote it: only consume-orders should.',
      metric: orderFlowMetric(stage, 'UnreadableConfirmations', { statistic: 'Sum', period }),
    });
  }

  #lag(kafka: KafkaMetrics, { consumerGroup, topic }: GroupOnTopic): void {
    new OperatorAlarm(this, `consumer-lag-${topic}`, {
      ...this.#scope,
      heading: 'consumer-lag',
      meaning: `${consumerGroup} has been more than 1000 records behind on the topic ${topic} for ten minutes.`,
      firstAction:
        'Check errors, throttles and duration of the function that reads it, then LastProcessingResult of its event source mapping.',
      // The least of five minutes: a wave that is worked off in between is no lag.
      metric: kafka.ofGroup('SumOffsetLag', consumerGroup, topic, { statistic: 'Minimum' }),
      threshold: 1000,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 2,
      // MSK gives no lag before a group's first commit and while it takes in members, which changes nothing about it.
      treatMissingData: IGNORE,
    });
  }
}
