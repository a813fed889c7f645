import { Fn } from 'aws-cdk-lib';
import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Stage } from '../../config/stage.ts';
import { demandNetwork, type Network } from '../network.ts';
import type { Brokers } from './brokers.ts';
import { externalBrokers } from './external-brokers.ts';
import { mskBrokers } from './msk-brokers.ts';

export interface KafkaClusterProps {
  readonly stage: Stage;
  /** Undefined on LocalStack alone. */
  readonly network: Network | undefined;
}

/** A Kafka cluster: one of MSK on AWS, and one that others bring on LocalStack. */
export class KafkaCluster extends Construct implements Brokers, IConnectable {
  readonly arn: string;
  readonly bootstrapServers: string;
  readonly auth: Brokers['auth'];
  readonly replicationFactor: number;
  readonly connections: Connections;

  constructor(scope: Construct, id: string, { stage, network }: KafkaClusterProps) {
    super(scope, id);
    const { localstack } = stage;
    const brokers =
      localstack === undefined
        ? mskBrokers(this, stage, demandNetwork(network))
        : externalBrokers(this, stage, localstack);
    this.arn = brokers.arn;
    this.bootstrapServers = brokers.bootstrapServers;
    this.auth = brokers.auth;
    this.replicationFactor = brokers.replicationFactor;
    this.connections = brokers.connections;
  }

  /** The ARN by which IAM policies name a topic of this cluster. */
  topicArn(topic: string): string {
    return this.#arnOf('topic', topic);
  }

  /** The ARN by which IAM policies name a consumer group of this cluster. */
  groupArn(group: string): string {
    return this.#arnOf('group', group);
  }

  // arn:…:cluster/NAME/UUID becomes arn:…:topic/NAME/UUID/TOPIC
  // (https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html).
  #arnOf(kind: 'topic' | 'group', name: string): string {
    return `${Fn.join(`:${kind}/`, Fn.split(':cluster/', this.arn, 2))}/${name}`;
  }
}
