import { Duration, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type CfnEventSourceMapping, EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KafkaDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { Stage } from '../../config/stage.ts';
import { externalize } from '../../localstack/externalize.ts';
import { functionName, LIVE_ALIAS, prefixOf } from '../../names.ts';
import type { NodeFunction } from '../functions/node-function.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { KafkaTopic } from './kafka-topic.ts';

/**
 * What an invocation costs beside its records, it costs once for so many. A thousand events are about 1 MB of the 6 MB that an
 * event may have, and a function is done with them in a few seconds.
 */
const BATCH_SIZE = 1000;

export interface KafkaEventSourceProps {
  readonly stage: Stage;
  readonly fn: NodeFunction;
  readonly cluster: KafkaCluster;
  readonly topic: KafkaTopic;
  readonly consumerGroup: string;
  /**
   * Whether a record waits up to 500 ms, Lambda's default, for others to share its batch. Otherwise it goes at once, with what
   * arrived during the last invocation (https://docs.aws.amazon.com/lambda/latest/dg/with-kafka-low-latency.html).
   */
  readonly waitsForMore: boolean;
  /** How often a batch is tried again after its first failure; without end when not given. */
  readonly retryAttempts?: number;
  /**
   * A topic of the same cluster for the records that are given up. A mapping that retries without end must not have
   * one: it would give up after 10 attempts (https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html).
   */
  readonly onFailureTopic?: KafkaTopic;
}

/**
 * Hands a topic's records to a function in batches. Partial responses and bisecting are documented for provisioned mode
 * alone, retry limits and destinations too (https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html), so
 * the mapping has pollers of its own; all mappings of a stage share the pollers' cost.
 */
export class KafkaEventSource extends Construct {
  constructor(scope: Construct, id: string, props: KafkaEventSourceProps) {
    super(scope, id);
    const { stage, fn, cluster, topic, consumerGroup, waitsForMore, retryAttempts, onFailureTopic } = props;
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: fn.live,
      eventSourceArn: cluster.arn,
      kafkaTopic: topic.topicName,
      kafkaConsumerGroupId: consumerGroup,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      ...(waitsForMore ? {} : { maxBatchingWindow: Duration.seconds(0) }),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      ...(retryAttempts === undefined ? {} : { retryAttempts }),
      ...(onFailureTopic === undefined ? {} : { onFailure: new KafkaDlq(onFailureTopic.topicName) }),
      provisionedPollerConfig: { minimumPollers: 1, pollerGroupName: prefixOf(stage.name) },
    });
    if (stage.localstack !== undefined) {
      externalizeMapping(mapping, stage, fn);
      return;
    }
    // Lambda checks and uses the function's role for the pollers, so its rights come first.
    topic.grantRead(fn, consumerGroup).applyBefore(mapping);
    onFailureTopic?.grantOnFailure(fn).applyBefore(mapping);
    mapping.node.addDependency(this.#allowPolling(fn, cluster));
  }

  // What AWSLambdaMSKExecutionRole holds beside the rights on logs
  // (https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html).
  #allowPolling(fn: NodeFunction, cluster: KafkaCluster): Policy {
    const policy = new Policy(this, 'Polling', {
      statements: [
        new PolicyStatement({
          actions: [
            'kafka:DescribeClusterV2',
            'kafka:GetBootstrapBrokers',
            // In AWS's own sample of a mapping, though not in its guide
            // (https://github.com/aws-samples/integration-sample-lambda-msk).
            'kafka-cluster:DescribeClusterDynamicConfiguration',
          ],
          resources: [cluster.arn],
        }),
        new PolicyStatement({
          actions: [
            'ec2:CreateNetworkInterface',
            'ec2:DeleteNetworkInterface',
            'ec2:DescribeNetworkInterfaces',
            'ec2:DescribeSecurityGroups',
            'ec2:DescribeSubnets',
            'ec2:DescribeVpcs',
          ],
          resources: ['*'],
        }),
      ],
    });
    fn.role?.attachInlinePolicy(policy);
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        "Lambda's pollers need network interfaces in the cluster's subnets. Most of these actions do not support resource-level permissions; " +
        "the function's own code is denied them.",
    });
    return policy;
  }
}

/** Who polls on LocalStack needs no rights of the function, and calls it by its name. */
function externalizeMapping(mapping: EventSourceMapping, stage: Stage, { folder }: NodeFunction): void {
  const resource = mapping.node.defaultChild as CfnEventSourceMapping;
  resource.functionName = `${functionName(stage.name, folder)}:${LIVE_ALIAS}`;
  externalize(resource);
}
