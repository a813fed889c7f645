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
  /** Overrides of the cluster's settings, by their name in Kafka, e.g. `cleanup.policy`. */
  readonly configs?: Readonly<Record<string, string>>;
}

/**
 * Grants the `kafka-cluster` actions that each use needs.
 * https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control-use-cases.html
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

  publishFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.grantWrite(fn);
  }

  readFrom(fn: NodeFunction, consumerGroup: string): void {
    this.#point(fn);
    this.grantRead(fn, consumerGroup);
  }

  describeFrom(fn: NodeFunction): void {
    this.#point(fn);
    this.grantDescribe(fn);
  }

  /** Metadata only, no records. */
  grantDescribe(grantee: IGrantable): Grant {
    return this.#grantConnect(grantee).combine(this.#grantTopic(grantee, ['kafka-cluster:DescribeTopic']));
  }

  /** For a producer that is not Kafka's idempotent one. */
  grantWrite(grantee: IGrantable): Grant {
    return this.#grantConnect(grantee).combine(
      this.#grantTopic(grantee, ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData']),
    );
  }

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
   * For records that the grantee's event source mappings give up on.
   * https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html
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

// Base64 of a JSON object with texts as values. AWS documents the base64 alone, and the sample in its guide holds lines of a
// properties file; JSON is what Terraform's provider sends, and reads back, in its tests against AWS.
// https://docs.aws.amazon.com/msk/latest/developerguide/describe-topic-cli.html
// https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/kafka/topic.go
function encodeConfigs(configs: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(configs)).toString('base64');
}
