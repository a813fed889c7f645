import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { METRIC_UNITS } from '../../functions/contract/metrics.ts';
import { TOPICS } from '../../functions/contract/topics.ts';
import { ONE_SHARD_PER_LETTER, STAGE_CONTEXTS } from '../example-contexts.ts';
import { type AlarmInTemplate, alarmsIn, type WatchedMetric } from '../testing/alarms.ts';
import { functionFolders, type Json, properties } from '../testing/inspect.ts';
import { templatesOf } from '../testing/templates.ts';

const STACKS = { dev: templatesOf(STAGE_CONTEXTS.dev), prod: templatesOf(STAGE_CONTEXTS.prod) };

/** `Invocations Sum < 1, 1 x 300 s, breaching`: the last word is what missing data means. */
function condition({ metrics, properties: alarm }: AlarmInTemplate): string {
  const operator = { GreaterThanThreshold: '>', GreaterThanOrEqualToThreshold: '>=', LessThanThreshold: '<' }[
    alarm.ComparisonOperator as string
  ];
  const expression = alarm.Metrics?.find((each: Json) => each.Expression !== undefined)?.Expression;
  const what = expression ?? `${metrics[0]?.name} ${metrics[0]?.statistic}`;
  const period = alarm.Period ?? alarm.Metrics.find((each: Json) => each.MetricStat).MetricStat.Period;
  return `${what} ${operator} ${alarm.Threshold}, ${alarm.EvaluationPeriods} x ${period} s, ${alarm.TreatMissingData}`;
}

/** `[disk_1,disk_2]`: a list in a CloudWatch expression. */
function list(id: string, length: number): string {
  return `[${Array.from({ length }, (_, index) => `${id}_${index + 1}`).join(',')}]`;
}

describe('alarms', () => {
  const byName = (stage: 'dev' | 'prod') =>
    Object.fromEntries(
      alarmsIn(STACKS[stage].Observability).map((alarm) => [alarm.name.replace(`orderflow-${stage}-`, ''), alarm]),
    );
  const dev = byName('dev');
  const prod = byName('prod');

  // What missing data means is decided for each alarm: a metric that is always reported is missed, another one is not.
  // The last column is for prod, where it differs.
  it.each([
    ['api-5xx', 'IF(errors >= 5, 100 * errors / requests, 0) > 1, 2 x 300 s, notBreaching'],
    ['api-latency', 'Latency p99 > 3000, 3 x 300 s, notBreaching'],
    ['function-errors-create-order', 'Errors Sum >= 3, 1 x 300 s, notBreaching'],
    ['function-throttles-create-order', 'Throttles Sum >= 1, 3 x 300 s, notBreaching'],
    ['relay-not-running', 'Invocations Sum < 1, 1 x 300 s, breaching'],
    ['outbox-age', 'OutboxOldestAgeSeconds Maximum > 300, 3 x 60 s, ignore'],
    ['republished-orders', 'Republished Sum >= 1, 1 x 300 s, notBreaching'],
    [
      'dead-letters',
      `SUM(${list('events_refused_or_given_up', 3)}) >= 1, 1 x 300 s, notBreaching`,
      `SUM(${list('events_refused_or_given_up', 4)}) >= 1, 1 x 300 s, notBreaching`,
    ],
    ['unreadable-confirmations', 'UnreadableConfirmations Sum >= 1, 1 x 300 s, notBreaching'],
    ['consumer-lag-orders', 'SumOffsetLag Minimum > 1000, 2 x 300 s, ignore'],
    ['consumer-lag-order-confirmations', 'SumOffsetLag Minimum > 1000, 2 x 300 s, ignore'],
    ['shard-cpu-shard1', 'CPUUtilization Average > 80, 3 x 300 s, breaching'],
    [
      'shard-storage-shard1',
      'FreeStorageSpace Minimum < 2147483648, 6 x 300 s, ignore',
      'FreeStorageSpace Minimum < 10737418240, 6 x 300 s, ignore',
    ],
    [
      'shard-connections-shard1',
      'DatabaseConnections Maximum > 72, 2 x 300 s, ignore',
      'DatabaseConnections Maximum > 576, 2 x 300 s, ignore',
    ],
    ['rotation-errors', 'Errors Sum >= 1, 1 x 300 s, notBreaching'],
    ['move-standstill', 'MoveStandstillSeconds Maximum > 600, 1 x 300 s, breaching'],
    [
      'kafka-disk',
      `MAX(${list('fullest_disk', 2)}) > 85, 1 x 300 s, ignore`,
      `MAX(${list('fullest_disk', 3)}) > 85, 1 x 300 s, ignore`,
    ],
    ['kafka-offline-partitions', 'OfflinePartitionsCount Maximum > 0, 3 x 60 s, ignore'],
    ['kafka-under-replicated', undefined, `MAX(${list('partitions_without_all_copies', 3)}) > 0, 3 x 300 s, ignore`],
    ['kafka-controller', 'ActiveControllerCount Maximum < 1, 1 x 300 s, breaching'],
  ])('%s: %s', (name, inDev, inProd = inDev) => {
    expect(dev[name] && condition(dev[name])).toBe(inDev);
    expect(prod[name] && condition(prod[name])).toBe(inProd);
  });

  it('exist for each function that runs without somebody at a terminal, and for each shard', () => {
    const kind = (heading: string) =>
      Object.entries(byName('prod'))
        .filter(([, alarm]) => alarm.heading === heading)
        .map(([name]) => name.replace(`${heading}-`, ''))
        .sort();
    const unattended = functionFolders(...Object.values(STACKS.prod)).filter(
      (name) => !['dlt', 'migrate-shards', 'user-data'].includes(name),
    );
    expect(unattended).toContain('authorizer');
    expect(kind('function-throttles')).toEqual(unattended);
    // To refuse a token the authorizer has to fail, so its errors say nothing about itself.
    expect(kind('function-errors')).toEqual(unattended.filter((name) => name !== 'authorizer'));
    for (const each of ['shard-cpu', 'shard-storage', 'shard-connections']) {
      expect(kind(each)).toEqual(['shard1', 'shard2']);
    }
  });

  it.each(['dev', 'prod'] as const)('of %s report their beginning and their end to the topic of the stage', (stage) => {
    const topic = { 'Fn::ImportValue': expect.stringMatching(new RegExp(`^orderflow-${stage}-alerts:.*Topic`)) };
    for (const { properties: alarm } of alarmsIn(STACKS[stage].Observability)) {
      expect(alarm).toMatchObject({ AlarmActions: [topic], OKActions: [topic] });
    }
  });

  it.each(['dev', 'prod'] as const)('of %s look at figures that something of the stage gives', (stage) => {
    const known = subjectsOf(Object.values(STACKS[stage]));
    const unknown = alarmsIn(...Object.values(STACKS[stage])).flatMap(({ name, metrics }) =>
      metrics.filter((metric) => !isKnown(metric, known)).map((metric) => ({ name, metric })),
    );
    expect(unknown).toEqual([]);
  });
});

describe('dashboard', () => {
  const { Observability: prod } = STACKS.prod;
  const [{ DashboardName, DashboardBody }] = properties(prod, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(DashboardBody);
  const shows = (namespace: string, name: string) =>
    body.includes(JSON.stringify(`"${namespace}","${name}"`).slice(1, -1));

  it('is called after its stage, and the outputs say where it is', () => {
    expect(DashboardName).toEqual({ 'Fn::Join': ['', ['orderflow-prod-', { Ref: 'AWS::Region' }]] });
    const [output] = Object.values<Json>(prod.findOutputs('DashboardUrl'));
    expect(JSON.stringify(output.Value)).toContain('#dashboards/dashboard/orderflow-prod-');
  });

  it('shows the state of every alarm of the stack', () => {
    const shown = [...body.matchAll(/"Fn::GetAtt":\["(\w+)","Arn"\]/g)].map(([, id]) => id).sort();
    expect(shown).toEqual(Object.keys(prod.findResources('AWS::CloudWatch::Alarm')).sort());
  });

  it('shows what is written to every topic but the notes on dead letters', () => {
    const topics = properties(STACKS.prod.Stream, 'AWS::MSK::Topic').map(({ TopicName }) => TopicName);
    const shown = [...body.matchAll(/BytesInPerSec.*?Topic\\",\\"([\w-]+)/g)].map(([, topic]) => topic);
    expect([...new Set(shown)].sort()).toEqual(topics.filter((topic) => topic !== TOPICS.ordersDltHandled).sort());
  });

  it.each(Object.keys(METRIC_UNITS))('shows %s', (name) => {
    expect(shows('OrderFlow', name)).toBe(true);
  });

  it.each([
    ['Latency', 'AWS/ApiGateway'],
    ['5XXError', 'AWS/ApiGateway'],
    ['Duration', 'AWS/Lambda'],
    ['Throttles', 'AWS/Lambda'],
    ['CPUUtilization', 'AWS/RDS'],
    ['DatabaseConnections', 'AWS/RDS'],
    ['SumOffsetLag', 'AWS/Kafka'],
    ['BytesInPerSec', 'AWS/Kafka'],
    ['UnderReplicatedPartitions', 'AWS/Kafka'],
  ])('shows %s of %s', (name, namespace) => {
    expect(shows(namespace, name)).toBe(true);
  });

  it('has room for the largest map: at most the 500 figures that CloudWatch draws in a graph', () => {
    const { Observability } = templatesOf({ ...STAGE_CONTEXTS.prod, shards: ONE_SHARD_PER_LETTER });
    expect(Object.keys(Observability.findResources('AWS::CloudWatch::Alarm')).length).toBeLessThan(200);
    const largest = JSON.stringify(properties(Observability, 'AWS::CloudWatch::Dashboard')[0].DashboardBody);
    expect(largest.match(/AWS\/RDS/g)).toHaveLength(3 * 26);
  });
});

interface Subjects {
  readonly functions: ReadonlySet<string>;
  readonly databases: ReadonlySet<string>;
  readonly api: Readonly<Record<string, string>>;
  readonly cluster: string;
  readonly brokers: number;
  readonly topics: ReadonlySet<string>;
  /** `<consumer group> <topic>` */
  readonly readers: ReadonlySet<string>;
}

function subjectsOf(templates: readonly Template[]): Subjects {
  const all = (type: string) => templates.flatMap((template) => properties(template, type));
  const [cluster] = all('AWS::MSK::Cluster');
  return {
    functions: new Set([
      ...all('AWS::Lambda::Function').map(({ FunctionName }) => FunctionName),
      // AWS's rotation application makes its function under the name that it is given.
      ...all('AWS::Serverless::Application').map(({ Parameters }) => Parameters.functionName),
    ]),
    databases: new Set(all('AWS::RDS::DBInstance').map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)),
    api: { ApiName: all('AWS::ApiGateway::RestApi')[0].Name, Stage: all('AWS::ApiGateway::Stage')[0].StageName },
    cluster: cluster.ClusterName,
    brokers: cluster.NumberOfBrokerNodes,
    topics: new Set(all('AWS::MSK::Topic').map(({ TopicName }) => TopicName)),
    readers: new Set(
      all('AWS::Lambda::EventSourceMapping').map(
        ({ AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId }, Topics }) => `${ConsumerGroupId} ${Topics[0]}`,
      ),
    ),
  };
}

function isKnown({ namespace, name, dimensions }: WatchedMetric, subjects: Subjects): boolean {
  const { 'Cluster Name': cluster, 'Broker ID': broker, 'Consumer Group': group, Topic: topic } = dimensions;
  switch (namespace) {
    case 'OrderFlow':
      return name in METRIC_UNITS && dimensions.Stage === subjects.api.Stage;
    case 'AWS/ApiGateway':
      return JSON.stringify(dimensions) === JSON.stringify(subjects.api);
    case 'AWS/Lambda':
      // Where the alias of a rollback alarm is meant, the name is a reference.
      return typeof dimensions.FunctionName !== 'string' || subjects.functions.has(dimensions.FunctionName);
    case 'AWS/RDS':
      return subjects.databases.has(dimensions.DBInstanceIdentifier ?? '');
    case 'AWS/Kafka':
      return (
        cluster === subjects.cluster &&
        (broker === undefined || (Number(broker) >= 1 && Number(broker) <= subjects.brokers)) &&
        (topic === undefined || subjects.topics.has(topic)) &&
        (group === undefined || subjects.readers.has(`${group} ${topic}`))
      );
    default:
      return false;
  }
}
