import type { AclOperationLabel, ResourceTypeLabel } from '@platformatic/kafka';

/** What a policy can name in a cluster, as it stands in an ARN: `arn:aws:kafka:<region>:<account>:topic/...`. */
export type KafkaResource = 'cluster' | 'topic' | 'group' | 'transactional-id';

/** The same in Kafka's words. */
export const RESOURCE_TYPE: Readonly<Record<KafkaResource, ResourceTypeLabel>> = {
  cluster: 'CLUSTER',
  topic: 'TOPIC',
  group: 'GROUP',
  'transactional-id': 'TRANSACTIONAL_ID',
};

export const CONNECT = 'kafka-cluster:Connect';

export interface KafkaAction {
  readonly name: string;
  readonly resource: KafkaResource;
  /** What Kafka asks its authorizer for. */
  readonly operation: AclOperationLabel;
  /** The actions that a policy has to allow as well; {@link CONNECT}, which all need, is left out. */
  readonly requires: readonly KafkaAction[];
}

function action(
  name: string,
  resource: KafkaResource,
  operation: AclOperationLabel,
  ...requires: readonly KafkaAction[]
): KafkaAction {
  return { name: `kafka-cluster:${name}`, resource, operation, requires };
}

const describeCluster = action('DescribeCluster', 'cluster', 'DESCRIBE');
const describeClusterConfiguration = action('DescribeClusterDynamicConfiguration', 'cluster', 'DESCRIBE_CONFIGS');
const describeTopic = action('DescribeTopic', 'topic', 'DESCRIBE');
const describeTopicConfiguration = action('DescribeTopicDynamicConfiguration', 'topic', 'DESCRIBE_CONFIGS');
const describeGroup = action('DescribeGroup', 'group', 'DESCRIBE');
const describeTransactionalId = action('DescribeTransactionalId', 'transactional-id', 'DESCRIBE');
const alterGroup = action('AlterGroup', 'group', 'READ', describeGroup);
const writeData = action('WriteData', 'topic', 'WRITE', describeTopic);

/**
 * What the brokers of MSK ask IAM for, with the actions that each requires.
 * https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
 */
export const KAFKA_ACTIONS: readonly KafkaAction[] = [
  describeCluster,
  action('AlterCluster', 'cluster', 'ALTER', describeCluster),
  describeClusterConfiguration,
  action('AlterClusterDynamicConfiguration', 'cluster', 'ALTER_CONFIGS', describeClusterConfiguration),
  action('WriteDataIdempotently', 'cluster', 'IDEMPOTENT_WRITE', writeData),
  action('CreateTopic', 'topic', 'CREATE'),
  describeTopic,
  action('AlterTopic', 'topic', 'ALTER', describeTopic),
  action('DeleteTopic', 'topic', 'DELETE', describeTopic),
  describeTopicConfiguration,
  action('AlterTopicDynamicConfiguration', 'topic', 'ALTER_CONFIGS', describeTopicConfiguration),
  action('ReadData', 'topic', 'READ', describeTopic, alterGroup),
  writeData,
  describeGroup,
  alterGroup,
  action('DeleteGroup', 'group', 'DELETE', describeGroup),
  describeTransactionalId,
  action('AlterTransactionalId', 'transactional-id', 'WRITE', describeTransactionalId, writeData),
];
