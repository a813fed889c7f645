import { CfnResource } from 'aws-cdk-lib';
import { Connections } from 'aws-cdk-lib/aws-ec2';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import type { Construct } from 'constructs';
import type { LocalStackTarget } from '../../config/localstack-target.ts';
import type { Stage } from '../../config/stage.ts';
import { externalize } from '../../localstack/externalize.ts';
import { clusterName } from '../../names.ts';
import { type Brokers, KAFKA_VERSION, serverProperties } from './brokers.ts';

// It names the cluster in policies and mappings; account and Region are those that LocalStack has unless told otherwise.
const CLUSTERS = 'arn:aws:kafka:us-east-1:000000000000:cluster';
const UUID = '00000000-0000-0000-0000-000000000000-1';

/** One broker without a sign-in, in the place of the MSK that LocalStack lacks. */
export function externalBrokers(scope: Construct, stage: Stage, { kafkaBrokers }: LocalStackTarget): Brokers {
  const name = clusterName(stage.name);
  const replicationFactor = 1;
  const configuration = new CfnConfiguration(scope, 'Configuration', {
    name,
    serverProperties: serverProperties({ replicationFactor, minInSyncReplicas: 1 }),
  });
  externalize(configuration);
  const cluster = new CfnResource(scope, 'Cluster', {
    type: CfnCluster.CFN_RESOURCE_TYPE_NAME,
    properties: { ClusterName: name, KafkaVersion: KAFKA_VERSION },
  });
  externalize(cluster, { BootstrapBrokers: kafkaBrokers });
  return {
    arn: `${CLUSTERS}/${name}/${UUID}`,
    bootstrapServers: kafkaBrokers,
    auth: 'none',
    replicationFactor,
    connections: new Connections(),
  };
}
