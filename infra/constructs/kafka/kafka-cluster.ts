import { Fn } from 'aws-cdk-lib';
import { Connections, type IConnectable, type IVpc, Port, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import { removalPolicyOf, type Stage } from '../../config/stage.ts';
import { clusterName } from '../../names.ts';
import { ClosedSecurityGroup } from '../closed-security-group.ts';
import { StageLogGroup } from '../stage-log-group.ts';
import { BootstrapBrokers } from './bootstrap-brokers.ts';

// Brokers with IAM sign-in listen here (https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html).
const IAM_PORT = 9098;

export interface KafkaClusterProps {
  readonly stage: Stage;
  readonly vpc: IVpc;
}

/** An MSK cluster in the isolated subnets that takes TLS connections signed in with IAM, and no others. */
export class KafkaCluster extends Construct implements IConnectable {
  readonly arn: string;
  /** `host:port,host:port` of the IAM listeners. */
  readonly bootstrapServers: string;
  readonly replicationFactor: number;
  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: KafkaClusterProps) {
    super(scope, id);
    const { stage, vpc } = props;
    const { kafka } = stage;
    const name = clusterName(stage.name);
    this.replicationFactor = kafka.replicationFactor;

    const securityGroup = new ClosedSecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Kafka brokers, and the event source pollers that read from them',
    });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(IAM_PORT) });
    // Lambda's pollers stand in the cluster's own subnets and security group
    // (https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html).
    this.connections.allowInternally(Port.tcp(IAM_PORT), 'Event source pollers');

    const configuration = new CfnConfiguration(this, 'Configuration', {
      name,
      serverProperties: [
        'auto.create.topics.enable=false',
        `default.replication.factor=${kafka.replicationFactor}`,
        `min.insync.replicas=${kafka.minInSyncReplicas}`,
      ].join('\n'),
    });
    const brokerLogs = new StageLogGroup(this, 'BrokerLogs', { stage, logGroupName: `/aws/msk/${name}` });
    const cluster = new CfnCluster(this, 'Cluster', {
      clusterName: name,
      kafkaVersion: '4.1.x.kraft',
      numberOfBrokerNodes: kafka.brokers,
      brokerNodeGroupInfo: {
        clientSubnets: vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED }).subnetIds,
        instanceType: kafka.instanceType,
        securityGroups: [securityGroup.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: kafka.storageGiB } },
      },
      clientAuthentication: { sasl: { iam: { enabled: true } }, unauthenticated: { enabled: false } },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: brokerLogs.logGroupName } } },
      enhancedMonitoring: kafka.brokerMetrics ? 'PER_BROKER' : 'DEFAULT',
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
    });
    for (const resource of [cluster, configuration]) resource.applyRemovalPolicy(removalPolicyOf(stage));
    this.arn = cluster.attrArn;
    this.bootstrapServers = new BootstrapBrokers(this, 'BootstrapBrokers', {
      stage,
      clusterArn: this.arn,
    }).iamBrokers;
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
