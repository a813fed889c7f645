import { Connections, Port, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import type { Construct } from 'constructs';
import { removalPolicyOf, type Stage } from '../../config/stage.ts';
import { clusterName } from '../../names.ts';
import { ClosedSecurityGroup } from '../closed-security-group.ts';
import type { Network } from '../network.ts';
import { StageLogGroup } from '../stage-log-group.ts';
import { BootstrapBrokers } from './bootstrap-brokers.ts';
import { type Brokers, KAFKA_VERSION, serverProperties } from './brokers.ts';

// Brokers with IAM sign-in listen here (https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html).
const IAM_PORT = 9098;

/** An MSK cluster in the isolated subnets that takes TLS connections signed in with IAM, and no others. */
export function mskBrokers(scope: Construct, stage: Stage, { vpc }: Network): Brokers {
  const { kafka } = stage;
  const name = clusterName(stage.name);

  const securityGroup = new ClosedSecurityGroup(scope, 'SecurityGroup', {
    vpc,
    description: 'Kafka brokers, and the event source pollers that read from them',
  });
  const connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(IAM_PORT) });
  // Lambda's pollers stand in the cluster's own subnets and security group
  // (https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html).
  connections.allowInternally(Port.tcp(IAM_PORT), 'Event source pollers');

  const configuration = new CfnConfiguration(scope, 'Configuration', {
    name,
    serverProperties: serverProperties(kafka),
  });
  const brokerLogs = new StageLogGroup(scope, 'BrokerLogs', { stage, logGroupName: `/aws/msk/${name}` });
  const cluster = new CfnCluster(scope, 'Cluster', {
    clusterName: name,
    kafkaVersion: KAFKA_VERSION,
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
  const { iamBrokers } = new BootstrapBrokers(scope, 'BootstrapBrokers', { stage, clusterArn: cluster.attrArn });
  return {
    arn: cluster.attrArn,
    bootstrapServers: iamBrokers,
    auth: 'iam',
    replicationFactor: kafka.replicationFactor,
    connections,
  };
}
