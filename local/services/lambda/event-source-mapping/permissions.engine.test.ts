import { Connection } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { memoryLog, silentLog } from '../../../../tooling/log-fixture.ts';
import { clusterWithPolicies, type Names } from '../../msk/permissions-fixture.ts';
import { OK, pollersOn } from './kafka-fixture.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { problemOf, SourceProblem } from './problem.ts';

const access = inject('kafka');
const { newTopic, poll } = pollersOn(access.port);
let cluster: Awaited<ReturnType<typeof clusterWithPolicies>>;
beforeAll(async () => {
  cluster = await clusterWithPolicies(access);
});
afterAll(() => cluster?.stop());

const READING = ['Connect', 'DescribeGroup', 'AlterGroup', 'DescribeTopic', 'ReadData'];

/** A mapping on a topic of one record, and its last results. */
async function startMapping(
  role: ReturnType<typeof cluster.newRole>,
  { topic, group: consumerGroupId }: Pick<Names, 'topic' | 'group'>,
  more: { readonly overrides?: Partial<EventSourceMappingDefinition>; readonly requireAccess?: () => void } = {},
) {
  const results: string[] = [];
  const { requireAccess } = more;
  const poller = await poll(topic, async () => OK, { consumerGroupId, ...more.overrides }, silentLog, {
    kafka: role.connection,
    leader: role.direct,
    report: (result) => results.push(result),
    ...(requireAccess && { requireAccess }),
  });
  return { ...poller, results };
}

it.each([
  ['Connect', 'PROBLEM: SASL authentication failed.'],
  ['DescribeGroup', 'PROBLEM: Cluster failed to authorize Lambda.'],
  ['AlterGroup', 'PROBLEM: Cluster failed to authorize Lambda.'],
  ['DescribeTopic', 'PROBLEM: Cluster failed to authorize Lambda.'],
  ['ReadData', 'PROBLEM: Cluster failed to authorize Lambda.'],
])('a mapping whose function may not %s says so and delivers nothing, until it may', async (missing, problem) => {
  const names = await cluster.newNames();
  const role = cluster.newRole();
  await role.mayDo(
    READING.filter((action) => action !== missing),
    names,
  );
  const mapping = await startMapping(role, names);
  await expect.poll(() => mapping.results, { timeout: 30_000 }).toContain(problem);
  expect(mapping.results.filter((result) => result !== problem)).toEqual([]);
  expect(mapping.delivered).toEqual([]);
  await role.mayDo(READING, names);
  await expect.poll(mapping.values, { timeout: 30_000 }).toEqual(['to be read']);
  expect(mapping.results.at(-1)).toBe('OK');
});

it('a mapping that loses the permission to read stops delivering, and says so', async () => {
  const names = await cluster.newNames();
  const role = cluster.newRole();
  await role.mayDo(READING, names);
  const mapping = await startMapping(role, names);
  await expect.poll(mapping.values, { timeout: 30_000 }).toEqual(['to be read']);
  await role.mayDo(
    READING.filter((action) => action !== 'ReadData'),
    names,
  );
  await expect
    .poll(() => mapping.results.at(-1), { timeout: 30_000 })
    .toBe('PROBLEM: Cluster failed to authorize Lambda.');
});

it('a mapping whose function lacks a permission that no broker asks for delivers nothing, until it has it', async () => {
  const names = await cluster.newNames();
  const role = cluster.newRole();
  await role.mayDo(READING, names);
  let missing = true;
  const mapping = await startMapping(role, names, {
    requireAccess() {
      if (missing) throw new SourceProblem('It is missing.', 'PROBLEM: Please add it.');
    },
  });
  await expect.poll(() => mapping.results, { timeout: 30_000 }).toContain('PROBLEM: Please add it.');
  expect(mapping.delivered).toEqual([]);
  missing = false;
  await expect.poll(mapping.values, { timeout: 30_000 }).toEqual(['to be read']);
});

it('a record that is given up waits until the function may write to the on-failure topic', async () => {
  const names = await cluster.newNames();
  const letters = await newTopic(1);
  const role = cluster.newRole();
  await role.mayDo(READING, names);
  const log = memoryLog();
  await poll(
    names.topic,
    async () => ({ functionError: 'Unhandled' }),
    { consumerGroupId: names.group, onFailureTopic: letters.topic, maximumRetryAttempts: 0 },
    log,
    { kafka: role.connection, leader: role.direct },
  );
  const reader = await poll(letters.topic);
  const refused = expect.stringContaining('the on-failure destination did not take 0');
  await expect.poll(() => log.lines, { timeout: 30_000 }).toContainEqual(refused);
  expect(reader.delivered).toEqual([]);
  await role.mayAlsoDo(['DescribeTopic', 'WriteData'], { ...names, topic: letters.topic });
  await expect.poll(() => reader.delivered.length, { timeout: 30_000 }).toBe(1);
});

it('whoever reads without the sign-in listener is checked as the listener does it', async () => {
  const names = await cluster.newNames();
  const role = cluster.newRole();
  const { host, port, connection } = role.direct;
  const connect = async () => {
    const leader = new Connection(connection.clientId, connection);
    onTestFinished(() => leader.close());
    leader.on('error', () => {});
    await leader.connect(host, port);
    return leader.isConnected();
  };
  expect(problemOf(await connect().catch((error) => error))).toBe('PROBLEM: SASL authentication failed.');
  await role.mayDo(['Connect'], names);
  expect(await connect()).toBe(true);
});
