import { Stack, type StackProps } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { KafkaCluster } from '../constructs/kafka-cluster.ts';
import { KafkaTopic } from '../constructs/kafka-topic.ts';
import type { Stage } from '../stage.ts';

export interface StreamStackProps extends StackProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
}

/** The Kafka cluster and its topics. */
export class StreamStack extends Stack {
  readonly cluster: KafkaCluster;
  readonly ordersTopic: KafkaTopic;

  constructor(scope: Construct, id: string, props: StreamStackProps) {
    super(scope, id, props);
    const { stage, vpc } = props;
    this.cluster = new KafkaCluster(this, 'Kafka', { stage, vpc });
    this.ordersTopic = new KafkaTopic(this, 'Orders', {
      stage,
      cluster: this.cluster,
      topicName: 'orders',
      partitions: 6,
    });
  }
}
