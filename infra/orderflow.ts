import type { App, StackProps } from 'aws-cdk-lib';
import type { Config } from './config/config.ts';
import type { Stage } from './config/stage.ts';
import { confineProviders } from './constructs/provider-logs.ts';
import { prepareForLocalStack } from './localstack/prepare.ts';
import { stackName } from './names.ts';
import { AlertsStack } from './stacks/alerts-stack.ts';
import { ConsumerStack } from './stacks/consumer-stack.ts';
import { FrontendStack } from './stacks/frontend-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { OrdersStack } from './stacks/orders-stack.ts';
import { ShardsStack } from './stacks/shards-stack.ts';
import { StreamStack } from './stacks/stream-stack.ts';

/**
 * Puts the system's stacks into the app, named `orderflow-<stage>-<part>`; on LocalStack, those that it has a use for.
 * References point from later stacks to earlier ones alone; a rule between two stacks is written by the later one.
 * They are exports and imports (`"strong"` in cdk.json), which every CloudFormation implementation understands.
 */
export function composeOrderFlow(app: App, config: Config): void {
  const { stage, shards: ranges, confirmationPartitions, auth } = config;
  const about = (part: string, description: string) => stackProps(stage, part, description);

  // LocalStack has no network of ours, and nothing there reports the metrics that alarms look at.
  const onAws = stage.localstack === undefined;
  const network = onAws
    ? new NetworkStack(app, 'Network', {
        ...about('network', 'isolated subnets and the endpoints of AWS services in them'),
        stage,
        availabilityZones: config.availabilityZones,
      })
    : undefined;
  const alarmTopic = onAws
    ? new AlertsStack(app, 'Alerts', { ...about('alerts', 'where alarms go'), stage, alarmEmail: config.alarmEmail })
        .topic
    : undefined;
  const { shards } = new ShardsStack(app, 'Shards', {
    ...about('shards', 'the Postgres databases of the orders and their migration'),
    stage,
    network,
    ranges,
  });
  const stream = new StreamStack(app, 'Stream', {
    ...about('stream', 'the Kafka cluster and its topics'),
    stage,
    network,
    confirmationPartitions,
    shards: ranges,
  });
  const orders = new OrdersStack(app, 'Orders', {
    ...about('orders', 'the HTTP API, its functions and what delivers accepted orders'),
    stage,
    network,
    shards,
    stream,
    receiptsBucket: config.receiptsBucket,
    republishAfterMinutes: config.republishAfterMinutes,
    auth,
    webAclArn: config.webAclArn,
    alarmTopic,
  });
  const consumer = new ConsumerStack(app, 'Consumer', {
    ...about('consumer', 'the consumer of order events and of those that it could not process'),
    stage,
    network,
    stream,
    alarmTopic,
  });
  new FrontendStack(app, 'Frontend', {
    ...about('frontend', 'the dashboard, with the API under the same address'),
    stage,
    api: orders.api,
    shards: ranges,
    auth,
    siteDomain: config.siteDomain,
  });
  if (alarmTopic !== undefined) {
    new ObservabilityStack(app, 'Observability', {
      ...about('observability', 'the dashboard of metrics, and the alarms'),
      stage,
      orders,
      consumer,
      shards,
      stream,
      alarmTopic,
    });
  }
  confineProviders(app, stage);
  if (!onAws) prepareForLocalStack(app);
}

// CloudFormation puts a stack's tags on everything in it that can have tags.
function stackProps(stage: Stage, part: string, description: string): StackProps {
  return {
    stackName: stackName(stage.name, part),
    description: `OrderFlow ${stage.name}: ${description}`,
    terminationProtection: !stage.disposable,
    tags: { project: 'orderflow', stage: stage.name },
  };
}
