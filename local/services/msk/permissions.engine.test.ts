import { Admin, FindCoordinatorKeyTypes } from '@platformatic/kafka';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, type Kafka, ResourcePatternTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { createTopic } from '../../../tests/support/topics.ts';
import { guarded, plaintextKafka } from './kafka-client.ts';
import { operatorClient, send } from './msk-fixture.ts';
import { clusterWithPolicies, type Names, refusalOf } from './permissions-fixture.ts';

const access = inject('kafka');
const operator = operatorClient(access);
const superUser = plaintextKafka({ clientId: 'test', bootstrapServers: `127.0.0.1:${access.port}` });
let cluster: Awaited<ReturnType<typeof clusterWithPolicies>>;

beforeAll(async () => {
  cluster = await clusterWithPolicies(access);
  const names = await newNames();
  // The first group and the first transaction have their topics made.
  await vi.waitFor(() => createGroup(names.topic, names.group), { timeout: 30_000 });
  const producer = operator.producer({ transactionalId: names.group, retry: { retries: 20 } });
  await producer.connect();
  await (await producer.transaction()).abort();
  await producer.disconnect();
});
afterAll(() => cluster?.stop());

async function newNames(): Promise<Names> {
  const names = { topic: crypto.randomUUID(), group: crypto.randomUUID(), 'transactional-id': crypto.randomUUID() };
  await createTopic(operator, names.topic, 1);
  return names;
}

type Role = ReturnType<typeof cluster.newRole>;
type Operation = (role: Role, names: Names) => Promise<unknown>;

function withAdmin(work: (admin: ReturnType<Kafka['admin']>, names: Names) => Promise<unknown>): Operation {
  return async (role, names) => {
    const admin = role.client().admin();
    onTestFinished(() => admin.disconnect());
    await admin.connect();
    return work(admin, names);
  };
}

const configs = (type: number, name: string, value: string) => ({
  validateOnly: true,
  resources: [{ type, name, configEntries: [{ name: type === TOPIC ? 'retention.ms' : 'num.io.threads', value }] }],
});
const [TOPIC, BROKER] = [2, 4];
const ANY_ACL = {
  resourceType: AclResourceTypes.ANY,
  resourcePatternType: ResourcePatternTypes.ANY,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
};

const connect: Operation = withAdmin(async () => {});
const describeTopic = withAdmin((admin, { topic }) => admin.fetchTopicMetadata({ topics: [topic] }));
const produce: Operation = (role, { topic }) => send(role.client(), topic, 'a record');
const produceIdempotently: Operation = async (role, { topic }) => {
  const producer = role.client().producer({ idempotent: true, retry: { retries: 1 } });
  onTestFinished(() => producer.disconnect());
  await producer.connect();
  await producer.send({ topic, messages: [{ value: 'once' }] });
};
const produceInTransaction: Operation = async (role, names) => {
  const transactionalId = names['transactional-id'];
  const producer = role
    .client()
    .producer({ transactionalId, idempotent: true, maxInFlightRequests: 1, retry: { retries: 1 } });
  onTestFinished(() => producer.disconnect());
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic: names.topic, messages: [{ value: 'once' }] });
  await transaction.commit();
};
const consume: Operation = async (role, { topic, group: groupId }) => {
  await send(operator, topic, 'to be read');
  const consumer = role.client().consumer({ groupId, retry: { retries: 0, restartOnFailure: async () => false } });
  onTestFinished(() => consumer.disconnect());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async () => resolve() });
  await promise;
};

/** KafkaJS does not tell why it found no coordinator. */
function findCoordinator(keyType: 'GROUP' | 'TRANSACTION', key: (names: Names) => string): Operation {
  return async (role, names) => {
    const admin = guarded(new Admin(role.connection));
    onTestFinished(() => admin.close());
    await admin.findCoordinator({ keyType: FindCoordinatorKeyTypes[keyType], keys: [key(names)] });
  };
}

const deleteGroup = withAdmin(async (admin, { topic, group }) => {
  await createGroup(topic, group);
  await admin.deleteGroups([group]);
});

/** Makes a group without members. */
async function createGroup(topic: string, groupId: string): Promise<void> {
  await using work = new AsyncDisposableStack();
  const admin = work.adopt(new Admin(superUser), (it) => it.close());
  const partitionOffsets = [{ partition: 0, offset: 0n }];
  await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] });
}

const DESCRIBE = ['Connect', 'DescribeTopic'];
const PRODUCE = [...DESCRIBE, 'WriteData'];
const CONSUME = [...DESCRIBE, 'ReadData', 'DescribeGroup', 'AlterGroup'];
const TRANSACTION = [...PRODUCE, 'DescribeTransactionalId', 'AlterTransactionalId', 'WriteDataIdempotently'];

const [TOPIC_REFUSED, GROUP_REFUSED] = ['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED'];
const [CLUSTER_REFUSED, TRANSACTION_REFUSED] = [
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
];

/** What is done, the actions that it needs, the one that is taken away, and how it is refused then. */
const rows: [string, Operation, string[], string, string | RegExp][] = [
  [
    'signing in',
    connect,
    ['Connect'],
    'Connect',
    /^SASL OAUTHBEARER authentication failed: \[[\da-f-]{36}\]: Access denied$/,
  ],
  ['describing a topic', describeTopic, DESCRIBE, 'DescribeTopic', TOPIC_REFUSED],
  ['producing', produce, PRODUCE, 'WriteData', TOPIC_REFUSED],
  ['producing', produce, PRODUCE, 'DescribeTopic', TOPIC_REFUSED],
  [
    'producing idempotently',
    produceIdempotently,
    [...PRODUCE, 'WriteDataIdempotently'],
    'WriteDataIdempotently',
    CLUSTER_REFUSED,
  ],
  ['producing in a transaction', produceInTransaction, TRANSACTION, 'AlterTransactionalId', TRANSACTION_REFUSED],
  [
    'finding the coordinator of a transaction',
    findCoordinator('TRANSACTION', (names) => names['transactional-id']),
    ['Connect', 'DescribeTransactionalId'],
    'DescribeTransactionalId',
    TRANSACTION_REFUSED,
  ],
  ['consuming', consume, CONSUME, 'ReadData', TOPIC_REFUSED],
  ['consuming', consume, CONSUME, 'DescribeTopic', TOPIC_REFUSED],
  [
    'finding the coordinator of a group',
    findCoordinator('GROUP', ({ group }) => group),
    ['Connect', 'DescribeGroup'],
    'DescribeGroup',
    GROUP_REFUSED,
  ],
  ['consuming', consume, CONSUME, 'AlterGroup', GROUP_REFUSED],
  // On an existing topic, a creation that is allowed has no effect.
  [
    'creating a topic',
    withAdmin((admin, { topic }) => admin.createTopics({ topics: [{ topic }] })),
    ['Connect', 'CreateTopic'],
    'CreateTopic',
    TOPIC_REFUSED,
  ],
  [
    'adding partitions',
    withAdmin((admin, { topic }) => admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })),
    [...DESCRIBE, 'AlterTopic'],
    'AlterTopic',
    TOPIC_REFUSED,
  ],
  [
    'deleting a topic',
    withAdmin((admin, { topic }) => admin.deleteTopics({ topics: [topic] })),
    [...DESCRIBE, 'DeleteTopic'],
    'DeleteTopic',
    TOPIC_REFUSED,
  ],
  ['deleting a group', deleteGroup, ['Connect', 'DescribeGroup', 'DeleteGroup'], 'DeleteGroup', GROUP_REFUSED],
  [
    "reading a topic's settings",
    withAdmin((admin, { topic }) =>
      admin.describeConfigs({ resources: [{ type: TOPIC, name: topic }], includeSynonyms: false }),
    ),
    ['Connect', 'DescribeTopicDynamicConfiguration'],
    'DescribeTopicDynamicConfiguration',
    TOPIC_REFUSED,
  ],
  [
    "changing a topic's settings",
    withAdmin((admin, { topic }) => admin.alterConfigs(configs(TOPIC, topic, '1000'))),
    ['Connect', 'DescribeTopicDynamicConfiguration', 'AlterTopicDynamicConfiguration'],
    'AlterTopicDynamicConfiguration',
    TOPIC_REFUSED,
  ],
  [
    "reading the brokers' settings",
    withAdmin((admin) => admin.describeConfigs({ resources: [{ type: BROKER, name: '1' }], includeSynonyms: false })),
    ['Connect', 'DescribeClusterDynamicConfiguration'],
    'DescribeClusterDynamicConfiguration',
    CLUSTER_REFUSED,
  ],
  [
    "changing the brokers' settings",
    withAdmin((admin) => admin.alterConfigs(configs(BROKER, '1', '4'))),
    ['Connect', 'DescribeClusterDynamicConfiguration', 'AlterClusterDynamicConfiguration'],
    'AlterClusterDynamicConfiguration',
    CLUSTER_REFUSED,
  ],
  [
    'reading the access lists',
    withAdmin((admin) => admin.describeAcls(ANY_ACL)),
    ['Connect', 'DescribeCluster'],
    'DescribeCluster',
    CLUSTER_REFUSED,
  ],
  [
    'changing the access lists',
    withAdmin((admin) => admin.deleteAcls({ filters: [{ ...ANY_ACL, principal: 'User:nobody' }] })),
    ['Connect', 'DescribeCluster', 'AlterCluster'],
    'AlterCluster',
    CLUSTER_REFUSED,
  ],
];

describe('an action without its grant is refused by the broker, and with it passes at once', () => {
  it.each(rows)('%s', async (_what, operation, needed, taken, refusal) => {
    const names = await newNames();
    const role = cluster.newRole();
    await role.mayDo(
      needed.filter((action) => action !== taken),
      names,
    );
    expect(await refusalOf(operation(role, names)), `without ${taken}`).toMatch(refusal);
    await role.mayDo(needed, names);
    expect(await refusalOf(operation(role, names)), `with ${taken}`).toBeUndefined();
  });
});
