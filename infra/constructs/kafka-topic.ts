import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnTopic } from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import type { Stage } from '../stage.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { NodeFunction } from './node-function.ts';

export interface KafkaTopicProps {
  readonly stage: Stage;
  readonly cluster: KafkaCluster;
  readonly topicName: string;
  readonly partitions: number;
}

/**
 * A topic of the cluster. Its grants are the `kafka-cluster` actions that each use needs
 * (https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control-use-cases.html).
 */
export class KafkaTopic extends Construct {
  readonly topicName: string;
  readonly #cluster: KafkaCluster;

  constructor(scope: Construct, id: string, props: KafkaTopicProps) {
    super(scope, id);
    this.topicName = props.topicName;
    this.#cluster = props.cluster;
    const topic = new CfnTopic(this, 'Topic', {
      clusterArn: props.cluster.arn,
      topicName: props.topicName,
      partitionCount: props.partitions,
      replicationFactor: props.cluster.replicationFactor,
    });
    topic.applyRemovalPolicy(props.stage.removalPolicy);
  }

  /** Lets a function publish to the topic, and tells it where it is. */
  publishFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.grantWrite(fn);
  }

  /** Lets a function ask the brokers about the topic, and tells it where it is. */
  describeFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.grantDescribe(fn);
  }

  grantDescribe(grantee: IGrantable): Grant {
    return this.#grantConnect(grantee).combine(this.#grantTopic(grantee, ['kafka-cluster:DescribeTopic']));
  }

  grantWrite(grantee: IGrantable): Grant {
    // The idempotent producer's right is one on the cluster.
    return this.#grantConnect(grantee, ['kafka-cluster:WriteDataIdempotently']).combine(
      this.#grantTopic(grantee, ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData']),
    );
  }

  /** Lets the grantee read the topic as a member of the consumer group. */
  grantRead(grantee: IGrantable, consumerGroup: string): Grant {
    return this.#grantConnect(grantee)
      .combine(this.#grantTopic(grantee, ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData']))
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'],
          resourceArns: [this.#cluster.groupArn(consumerGroup)],
        }),
      );
  }

  #point(fn: NodeFunction): void {
    fn.addEnvironment('KAFKA_BROKERS', this.#cluster.bootstrapServers);
    fn.addEnvironment(`${this.topicName.replaceAll('-', '_').toUpperCase()}_TOPIC`, this.topicName);
    fn.connections.allowToDefaultPort(this.#cluster, 'Kafka brokers');
  }

  #grantConnect(grantee: IGrantable, more: readonly string[] = []): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['kafka-cluster:Connect', ...more],
      resourceArns: [this.#cluster.arn],
    });
  }

  #grantTopic(grantee: IGrantable, actions: string[]): Grant {
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [this.#cluster.topicArn(this.topicName)] });
  }
}
