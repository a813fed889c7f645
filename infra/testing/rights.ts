/** What a function needs to sign in to shards as the application user. */
export function signInTo(...shards: string[]): string[] {
  return shards.flatMap((shard) => [
    `secretsmanager:DescribeSecret ${shard}/orderuser`,
    `secretsmanager:GetSecretValue ${shard}/orderuser`,
  ]);
}

/** What a producer of a topic needs. */
export function produceTo(topic: string): string[] {
  return ['kafka-cluster:Connect cluster', ...onTopic(topic, 'DescribeTopic', 'WriteData')];
}

/** What a consumer of a topic needs. */
export function consumeFrom(topic: string, group: string): string[] {
  return [
    'kafka-cluster:Connect cluster',
    ...onTopic(topic, 'DescribeTopic', 'ReadData'),
    `kafka-cluster:AlterGroup group/${group}`,
    `kafka-cluster:DescribeGroup group/${group}`,
  ];
}

/** What an event source mapping needs of its function's role, beside the rights of a consumer. */
export const POLLING = [
  'ec2:CreateNetworkInterface *',
  'ec2:DeleteNetworkInterface *',
  'ec2:DescribeNetworkInterfaces *',
  'ec2:DescribeSecurityGroups *',
  'ec2:DescribeSubnets *',
  'ec2:DescribeVpcs *',
  'kafka:DescribeClusterV2 cluster',
  'kafka:GetBootstrapBrokers cluster',
];

/** What an event source mapping needs of its function's role to put failed records into a topic. */
export function giveUpTo(topic: string): string[] {
  return [
    'kafka-cluster:Connect cluster',
    'kafka-cluster:DescribeCluster cluster',
    ...onTopic(topic, 'DescribeTopic', 'WriteData', 'ReadData'),
  ];
}

/** Several rights together, each once, in the order in which `permissions()` lists them. */
export function union(...rights: readonly string[][]): string[] {
  return [...new Set(rights.flat())].sort();
}

function onTopic(topic: string, ...actions: string[]): string[] {
  return actions.map((action) => `kafka-cluster:${action} topic/${topic}`);
}
