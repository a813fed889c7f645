import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnTopic } from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import { removalPolicyOf, type Stage } from '../../config/stage.ts';
import { externalize } from '../../localstack/externalize.ts';
import type { NodeFunction } from '../functions/node-function.ts';
import type { KafkaCluster } from './kafka-cluster.ts';

export interface KafkaTopicProps {
  readonly stage: Stage;
  readonly cluster: KafkaCluster;
  readonly topicName: string;
  readonly partitions: number;
  /** Settings that differ from the cluster's, by their name in Kafka, e.g. `cleanup.policy`. */
  readonly configs?: Readonly<Record<string, string>>;
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
      ...(props.configs === undefined ? {} : { configs: encodeConfigs(props.configs) }),
    });
    topic.applyRemovalPolicy(removalPolicyOf(props.stage));
    if (props.stage.localstack !== undefined) externalize(topic);
  }

  /** Lets a function publish to the topic, and tells it where it is. */
  publishFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.grantWrite(fn);
  }

  /** Lets a function read the topic by itself, as a member of the consumer group, and tells it where it is. */
  readFrom(fn: NodeFunction, consumerGroup: string): void {
    this.#point(fn);
    this.grantRead(fn, consumerGroup);
  }

  /** Lets a function ask the brokers about the topic, and tells it where it is. */
  describeFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.grantDescribe(fn);
  }

  /** Lets the grantee ask the brokers about the topic: its partitions and where they lie, none of its records. */
  grantDescribe(grantee: IGrantable): Grant {
    return this.#grantConnect(grantee).combine(this.#grantTopic(grantee, ['kafka-cluster:DescribeTopic']));
  }

  /** Lets the grantee append records to the topic, with a producer that is not Kafka's idempotent one. */
  grantWrite(grantee: IGrantable): Grant {
    return this.#grantConnect(grantee).combine(
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

  /**
   * Lets the grantee's event source mappings put records that they give up on into the topic
   * (https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html).
   */
  grantOnFailure(grantee: IGrantable): Grant {
    return this.#grantConnect(grantee, ['kafka-cluster:DescribeCluster']).combine(
      this.#grantTopic(grantee, ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData', 'kafka-cluster:ReadData']),
    );
  }

  #point(fn: NodeFunction): void {
    fn.addEnvironment('KAFKA_BROKERS', this.#cluster.bootstrapServers);
    fn.addEnvironment('KAFKA_AUTH', this.#cluster.auth);
    fn.addEnvironment(`${this.topicName.replaceAll('-', '_').toUpperCase()}_TOPIC`, this.topicName);
    fn.mayReach(this.#cluster, 'Kafka brokers');
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

// AWS::MSK::Topic takes base64; that lines of a properties file lie in it is read off the guide's example of an answer
// (https://docs.aws.amazon.com/msk/latest/developerguide/describe-topic-cli.html).
function encodeConfigs(configs: Readonly<Record<string, string>>): string {
  const lines = Object.entries(configs).map(([name, value]) => `${name}=${value}`);
  return Buffer.from(lines.join('\n')).toString('base64');
}
