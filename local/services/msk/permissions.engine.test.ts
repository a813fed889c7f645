import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import * as kafka from './operations-fixture.ts';
import { clusterWithPolicies, refusalOf } from './permissions-fixture.ts';

let cluster: Awaited<ReturnType<typeof clusterWithPolicies>>;
beforeAll(async () => {
  cluster = await clusterWithPolicies(inject('kafka'));
});
afterAll(() => cluster?.stop());

const DESCRIBE = ['Connect', 'DescribeTopic'];
const PRODUCE = [...DESCRIBE, 'WriteData'];
const CONSUME = [...DESCRIBE, 'ReadData', 'DescribeGroup', 'AlterGroup'];
const IDEMPOTENT = [...PRODUCE, 'WriteDataIdempotently'];
const TRANSACTION = [...IDEMPOTENT, 'DescribeTransactionalId', 'AlterTransactionalId'];

const DENIED = /^SASL OAUTHBEARER authentication failed: \[[\da-f-]{36}\]: Access denied$/;
const TOPIC = 'TOPIC_AUTHORIZATION_FAILED';
const GROUP = 'GROUP_AUTHORIZATION_FAILED';
const CLUSTER = 'CLUSTER_AUTHORIZATION_FAILED';
const TRANSACTIONAL_ID = 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED';

/** What is done, the action that is missing, all actions that it needs, and how it is refused. */
const rows: [string, string, kafka.Operation, string[], string | RegExp][] = [
  ['signing in', 'Connect', kafka.connect, ['Connect'], DENIED],
  ['describing a topic', 'DescribeTopic', kafka.describeTopic, DESCRIBE, TOPIC],
  ['producing', 'WriteData', kafka.produce, PRODUCE, TOPIC],
  ['producing', 'DescribeTopic', kafka.produce, PRODUCE, TOPIC],
  ['producing idempotently', 'WriteDataIdempotently', kafka.produceIdempotently, IDEMPOTENT, CLUSTER],
  ['producing in a transaction', 'AlterTransactionalId', kafka.produceInTransaction, TRANSACTION, TRANSACTIONAL_ID],
  [
    'finding the coordinator of a transaction',
    'DescribeTransactionalId',
    kafka.findTransaction,
    ['Connect', 'DescribeTransactionalId'],
    TRANSACTIONAL_ID,
  ],
  ['consuming', 'ReadData', kafka.consume, CONSUME, TOPIC],
  ['consuming', 'DescribeTopic', kafka.consume, CONSUME, TOPIC],
  ['consuming', 'AlterGroup', kafka.consume, CONSUME, GROUP],
  ['finding the coordinator of a group', 'DescribeGroup', kafka.findGroup, ['Connect', 'DescribeGroup'], GROUP],
  ['deleting a group', 'DeleteGroup', kafka.deleteGroup, ['Connect', 'DescribeGroup', 'DeleteGroup'], GROUP],
  ['creating a topic', 'CreateTopic', kafka.createTopic, ['Connect', 'CreateTopic'], TOPIC],
  ['adding partitions', 'AlterTopic', kafka.addPartitions, [...DESCRIBE, 'AlterTopic'], TOPIC],
  ['deleting a topic', 'DeleteTopic', kafka.deleteTopic, [...DESCRIBE, 'DeleteTopic'], TOPIC],
  [
    "reading a topic's settings",
    'DescribeTopicDynamicConfiguration',
    kafka.describeTopicConfigs,
    ['Connect', 'DescribeTopicDynamicConfiguration'],
    TOPIC,
  ],
  [
    "changing a topic's settings",
    'AlterTopicDynamicConfiguration',
    kafka.alterTopicConfigs,
    ['Connect', 'DescribeTopicDynamicConfiguration', 'AlterTopicDynamicConfiguration'],
    TOPIC,
  ],
  [
    "reading a broker's settings",
    'DescribeClusterDynamicConfiguration',
    kafka.describeBrokerConfigs,
    ['Connect', 'DescribeClusterDynamicConfiguration'],
    CLUSTER,
  ],
  [
    "changing a broker's settings",
    'AlterClusterDynamicConfiguration',
    kafka.alterBrokerConfigs,
    ['Connect', 'DescribeClusterDynamicConfiguration', 'AlterClusterDynamicConfiguration'],
    CLUSTER,
  ],
  ['reading the access lists', 'DescribeCluster', kafka.describeAcls, ['Connect', 'DescribeCluster'], CLUSTER],
  [
    'changing the access lists',
    'AlterCluster',
    kafka.deleteAcls,
    ['Connect', 'DescribeCluster', 'AlterCluster'],
    CLUSTER,
  ],
];

it.each(rows)(
  '%s is refused without %s, and passes as soon as that is granted',
  async (_, missing, work, needed, refusal) => {
    const names = await cluster.newNames();
    const role = cluster.newRole();
    await role.mayDo(
      needed.filter((action) => action !== missing),
      names,
    );
    expect(await refusalOf(work(role, names))).toMatch(refusal);
    await role.mayDo(needed, names);
    expect(await refusalOf(work(role, names))).toBeUndefined();
  },
);

it('whose token is good and who may not connect is denied at sign-in, for a reason that only the log tells', async () => {
  const names = await cluster.newNames();
  const role = cluster.newRole();
  await role.mayDo(['DescribeTopic'], names);
  const [, id] = /\[(.+)\]: Access denied$/.exec((await refusalOf(kafka.connect(role, names))) ?? '') ?? [];
  const name = role.arn.split('/').at(-1);
  expect(cluster.log.join('\n')).toContain(
    `refused a sign-in: [${id}] the role ${name} may not do kafka-cluster:Connect`,
  );
});

it("an entry that somebody else wrote into a role's access list has an effect until its policies change", async () => {
  const names = await cluster.newNames();
  const [role, administrator] = [cluster.newRole(), cluster.newRole()];
  await role.mayDo(DESCRIBE, names);
  await administrator.mayDo(['Connect', 'DescribeCluster', 'AlterCluster'], names);
  expect(await refusalOf(kafka.produce(role, names))).toBe(TOPIC);
  await kafka.allowWriting(role.arn)(administrator, names);
  expect(await refusalOf(kafka.produce(role, names))).toBeUndefined();
  await role.mayAlsoDo(['DescribeGroup'], names);
  expect(await refusalOf(kafka.produce(role, names))).toBe(TOPIC);
});

it('the log says which permission an idempotent producer lacks, although no broker refuses it', async () => {
  const names = await cluster.newNames();
  const role = cluster.newRole();
  await role.mayDo(PRODUCE, names);
  expect(await refusalOf(kafka.produceIdempotently(role, names))).toBe(CLUSTER);
  expect(cluster.log.join()).toMatch(/may not do kafka-cluster:WriteDataIdempotently on \S+ because no identity-/);
});

it('a topic that a wildcard in the middle of an ARN covers is accessible soon after it was created', async () => {
  const names = await cluster.newNames();
  const role = cluster.newRole();
  await role.mayDo(PRODUCE, { ...names, topic: `*-${names.group}` });
  const created = { ...names, topic: `eu-${names.group}` };
  expect(await refusalOf(kafka.produce(role, created))).toBe(TOPIC);
  await kafka.createTopic(cluster.operator, created);
  await expect.poll(() => refusalOf(kafka.produce(role, created)), { timeout: 30_000 }).toBeUndefined();
});
