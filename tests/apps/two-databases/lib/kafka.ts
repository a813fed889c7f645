import { Fn, RemovalPolicy } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnTopic } from 'aws-cdk-lib/aws-msk';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

const DAY = 24 * 60 * 60 * 1000;

const TOPICS = {
  readings: { partitions: 6, configs: { 'retention.ms': 7 * DAY } },
  'readings-rejected': { partitions: 1, configs: { 'retention.ms': 30 * DAY } },
  'device-changes': { partitions: 3, configs: { 'cleanup.policy': 'compact' } },
  alarms: { partitions: 3, configs: { 'retention.ms': 7 * DAY } },
};

export type TopicName = keyof typeof TOPICS;

export interface KafkaProps {
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
}

/** An MSK cluster that lets clients in by IAM, with its topics. */
export class Kafka extends Construct {
  readonly clusterArn: string;
  /** The brokers' addresses for clients that authenticate with IAM. */
  readonly brokers: string;

  constructor(scope: Construct, id: string, props: KafkaProps) {
    super(scope, id);

    const { subnetIds } = props.vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED });
    const logs = new LogGroup(this, 'BrokerLogs', {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const cluster = new CfnCluster(this, 'Cluster', {
      clusterName: 'telemetry',
      kafkaVersion: '3.9.x.kraft',
      numberOfBrokerNodes: subnetIds.length,
      brokerNodeGroupInfo: {
        instanceType: 'kafka.m7g.large',
        clientSubnets: subnetIds,
        securityGroups: [props.securityGroup.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: 50 } },
      },
      clientAuthentication: { sasl: { iam: { enabled: true } }, unauthenticated: { enabled: false } },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: logs.logGroupName } } },
    });
    this.clusterArn = cluster.attrArn;

    for (const [topicName, { partitions, configs }] of Object.entries(TOPICS)) {
      const properties = Object.entries(configs).map(([key, value]) => `${key}=${value}`);
      new CfnTopic(this, `Topic-${topicName}`, {
        clusterArn: this.clusterArn,
        topicName,
        partitionCount: partitions,
        replicationFactor: 2,
        configs: Buffer.from(properties.join('\n')).toString('base64'),
      });
    }

    // CloudFormation does not know the addresses of the brokers.
    const bootstrap = new AwsCustomResource(this, 'Bootstrap', {
      onUpdate: {
        service: 'Kafka',
        action: 'getBootstrapBrokers',
        parameters: { ClusterArn: this.clusterArn },
        outputPaths: ['BootstrapBrokerStringSaslIam'],
        physicalResourceId: PhysicalResourceId.of('bootstrap-brokers'),
      },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [this.clusterArn] }),
      installLatestAwsSdk: false,
      logGroup: new LogGroup(this, 'BootstrapLogs', {
        retention: RetentionDays.TWO_WEEKS,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
    this.brokers = bootstrap.getResponseField('BootstrapBrokerStringSaslIam');
  }

  grantProduce(grantee: IGrantable, ...topics: TopicName[]): void {
    this.grantConnect(grantee);
    this.grant(grantee, ['DescribeTopic', 'WriteData'], topics.map((topic) => this.arnOf('topic', topic)));
  }

  grantConsume(grantee: IGrantable, topic: TopicName, consumerGroup: string): void {
    this.grantConnect(grantee);
    this.grant(grantee, ['DescribeTopic', 'ReadData'], [this.arnOf('topic', topic)]);
    this.grant(grantee, ['DescribeGroup', 'AlterGroup'], [this.arnOf('group', consumerGroup)]);
  }

  private grantConnect(grantee: IGrantable): void {
    this.grant(grantee, ['Connect', 'DescribeClusterDynamicConfiguration'], [this.clusterArn]);
  }

  private grant(grantee: IGrantable, actions: string[], resourceArns: string[]): void {
    Grant.addToPrincipal({ grantee, actions: actions.map((action) => `kafka-cluster:${action}`), resourceArns });
  }

  /** arn:…:cluster/<name>/<uuid> is the cluster of arn:…:<kind>/<name>/<uuid>/<resource>. */
  private arnOf(kind: 'topic' | 'group', name: string): string {
    return `${Fn.join(`:${kind}/`, Fn.split(':cluster/', this.clusterArn, 2))}/${name}`;
  }
}
