import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { CONSUMER_GROUPS } from '../../functions/contract/topics.ts';
import { shardName } from '../../functions/domain/shard-map.ts';
import type { Stage } from '../config/stage.ts';
import type { NodeFunction } from '../constructs/functions/node-function.ts';
import { ApiAlarms } from '../constructs/observability/alarms/api-alarms.ts';
import { DeliveryAlarms, type GroupOnTopic } from '../constructs/observability/alarms/delivery-alarms.ts';
import { FunctionAlarms } from '../constructs/observability/alarms/function-alarms.ts';
import { KafkaAlarms } from '../constructs/observability/alarms/kafka-alarms.ts';
import { MoveAlarm } from '../constructs/observability/alarms/move-alarm.ts';
import { OperatorAlarm } from '../constructs/observability/alarms/operator-alarm.ts';
import { RotationAlarm } from '../constructs/observability/alarms/rotation-alarm.ts';
import { ShardAlarms } from '../constructs/observability/alarms/shard-alarms.ts';
import { Dashboard } from '../constructs/observability/dashboard.ts';
import { KafkaMetrics } from '../constructs/observability/metrics.ts';
import type { ShardSet } from '../constructs/shards/shard-set.ts';
import type { ConsumerStack } from './consumer-stack.ts';
import type { OrdersStack } from './orders-stack.ts';
import type { StreamStack } from './stream-stack.ts';

export interface ObservabilityStackProps extends StackProps {
  readonly stage: Stage;
  readonly orders: OrdersStack;
  readonly consumer: ConsumerStack;
  readonly shards: ShardSet;
  readonly stream: StreamStack;
  readonly alarmTopic: ITopic;
}

/** The dashboard of metrics, and the alarms. Those by which a deployment is taken back stand with their functions. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, props);
    const { stage, orders, stream, alarmTopic } = props;
    const alarmScope = { stage, topic: alarmTopic };
    const kafka = new KafkaMetrics(stage);
    const shards = props.shards.shards.map(({ range }) => shardName(range));
    const functions = serving(props);
    const groups: readonly GroupOnTopic[] = [
      { consumerGroup: CONSUMER_GROUPS.orders, topic: stream.ordersTopic.topicName },
      { consumerGroup: CONSUMER_GROUPS.orderConfirmations, topic: stream.orderConfirmationsTopic.topicName },
    ];

    new ApiAlarms(this, 'ApiAlarms', alarmScope);
    new DeliveryAlarms(this, 'DeliveryAlarms', {
      ...alarmScope,
      kafka,
      relay: orders.relayOutbox.folder,
      deadLetterTopic: stream.ordersDltTopic.topicName,
      groups,
    });
    for (const { folder } of functions) {
      // The authorizer has to fail in order to refuse a token: its errors are its callers'.
      const failsByItself = folder !== orders.authorizer?.folder;
      new FunctionAlarms(this, `FunctionAlarms-${folder}`, { ...alarmScope, folder, failsByItself });
    }
    for (const shard of shards) new ShardAlarms(this, `ShardAlarms-${shard}`, { ...alarmScope, shard });
    new RotationAlarm(this, 'RotationAlarm', alarmScope);
    new MoveAlarm(this, 'MoveAlarm', alarmScope);
    new KafkaAlarms(this, 'KafkaAlarms', { ...alarmScope, kafka });

    const alarms = this.node.findAll().filter((each) => each instanceof OperatorAlarm);
    const { name } = new Dashboard(this, 'Dashboard', {
      stage,
      alarms,
      functions: functions.map(({ folder }) => folder),
      shards,
      kafka,
      groups,
      // The notes on dead letters are written only while an operator works on them.
      topics: stream.topics.filter((each) => each !== stream.ordersDltHandledTopic).map(({ topicName }) => topicName),
    });
    new CfnOutput(this, 'DashboardUrl', {
      value: `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${name}`,
    });
  }
}

/** The functions that run without a person waiting for their outcome at a terminal. */
function serving({ orders, consumer }: ObservabilityStackProps): NodeFunction[] {
  const { routeFunctions, authorizer, relayOutbox, confirmOrders, moveUsers } = orders;
  const ofApi = [...Object.values(routeFunctions), ...(authorizer === undefined ? [] : [authorizer])];
  return [...ofApi, relayOutbox, confirmOrders, moveUsers, consumer.consumeOrders];
}
