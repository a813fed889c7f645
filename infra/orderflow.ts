import type { App } from 'aws-cdk-lib';
import type { Config } from './config.ts';
import { ConsumerStack } from './stacks/consumer-stack.ts';
import { FrontendStack } from './stacks/frontend-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { OrdersStack } from './stacks/orders-stack.ts';
import { ShardsStack } from './stacks/shards-stack.ts';
import { StreamStack } from './stacks/stream-stack.ts';

/**
 * Puts the system's stacks into the app, named `orderflow-<stage>-<part>`.
 * References point from later stacks to earlier ones alone; a rule between two stacks is written by the later one.
 * They are exports and imports (`"strong"` in cdk.json), which every CloudFormation implementation understands.
 */
export function composeOrderFlow(app: App, config: Config): void {
  const { stage, shards: ranges, receiptsBucket, republishAfterMinutes } = config;
  const name = (part: string) => ({ stackName: `orderflow-${stage.name}-${part}` });

  const network = new NetworkStack(app, 'Network', { ...name('network'), stage });
  const { vpc, secretsManager } = network;
  const { shards } = new ShardsStack(app, 'Shards', { ...name('shards'), stage, vpc, secretsManager, ranges });
  const stream = new StreamStack(app, 'Stream', { ...name('stream'), stage, vpc, shardCount: shards.shards.length });
  const orders = new OrdersStack(app, 'Orders', {
    ...name('orders'),
    stage,
    vpc,
    shards,
    stream,
    receiptsBucket,
    republishAfterMinutes,
  });
  new ConsumerStack(app, 'Consumer', { ...name('consumer'), stage, vpc, stream });
  new FrontendStack(app, 'Frontend', { ...name('frontend'), stage, api: orders.api, shards: ranges });
}
