import { Connections, type ISecurityGroup, Port, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { ParameterGroup, SubnetGroup } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { type ShardRange, shardName } from '../../../functions/domain/shard-map.ts';
import type { Stage } from '../../config/stage.ts';
import { ClosedSecurityGroup } from '../closed-security-group.ts';
import type { Network } from '../network.ts';
import { POSTGRES_PORT, RdsShard } from './rds-shard.ts';
import { POSTGRES, type Shards } from './shard.ts';

/** In milliseconds; keep-alives in seconds. */
const PARAMETERS = {
  'rds.force_ssl': '1',
  // Slow statements are logged with placeholders: values are the content of orders.
  log_min_duration_statement: '1000',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  // Nor are rejected rows and keys, which the detail of an error quotes.
  log_error_verbosity: 'terse',
  log_lock_waits: '1',
  // Nobody may hold locks while idle.
  idle_in_transaction_session_timeout: '30000',
  // An execution environment ends silently; its connections are freed after a minute and a half.
  tcp_keepalives_idle: '60',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
};

/**
 * The shards share a security group, since whoever may reach one may reach all: rules for each function and 26 shards would
 * exceed the limits of a stack and a group.
 */
export function rdsShards(scope: Construct, stage: Stage, ranges: readonly ShardRange[], { vpc }: Network): Shards {
  // The cast: aws-cdk-lib is not written for exactOptionalPropertyTypes.
  const securityGroup = new ClosedSecurityGroup(scope, 'SecurityGroup', {
    vpc,
    description: 'Databases of the shards',
  }) as ISecurityGroup;
  const subnetGroup = new SubnetGroup(scope, 'Subnets', {
    vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    description: 'Isolated subnets of the order shards',
  });
  const parameterGroup = new ParameterGroup(scope, 'Parameters', {
    engine: POSTGRES,
    description: 'Order shards: no connection without TLS, no content of orders in the log',
    parameters: PARAMETERS,
  });
  const common = { stage, vpc, securityGroup, subnetGroup, parameterGroup };
  return {
    shards: ranges.map((range) => new RdsShard(scope, shardName(range), { ...common, range })),
    connections: new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(POSTGRES_PORT) }),
    tls: true,
  };
}
