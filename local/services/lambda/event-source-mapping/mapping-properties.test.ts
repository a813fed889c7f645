import { describe, expect, it } from 'vitest';
import { eventSourceMappingOf } from './mapping-definition.ts';
import { eventSourceMappingProperties } from './mapping-properties.ts';
import { CLUSTER_ARN } from './poller-fixture.ts';

const required = {
  FunctionName: 'consumer',
  EventSourceArn: CLUSTER_ARN,
  Topics: ['orders'],
  StartingPosition: 'LATEST',
};
const provisioned = { ProvisionedPollerConfig: { MinimumPollers: 1 } };
const read = (properties: object) =>
  eventSourceMappingOf(eventSourceMappingProperties.parse({ ...required, ...properties }), 'uuid-1');

/** The problems, each as `<path>: <message>`. */
const problemsOf = (properties: object) =>
  eventSourceMappingProperties
    .safeParse({ ...required, ...properties })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

it('a mapping has the defaults of AWS', () => {
  expect(read({})).toEqual({
    uuid: 'uuid-1',
    enabled: true,
    eventSourceArn: CLUSTER_ARN,
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:consumer',
    topic: 'orders',
    consumerGroupId: 'uuid-1',
    batchSize: 100,
    batchingWindowSeconds: 0.5,
    startingPosition: 'LATEST',
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: -1,
    bisectBatchOnFunctionError: false,
    reportBatchItemFailures: false,
    filterPatterns: [],
  });
});

it('pollers of its own are 1 to 200 unless the mapping says otherwise', () => {
  expect(read(provisioned)).toMatchObject({ pollers: { minimum: 1, maximum: 200 } });
  expect(read({ ProvisionedPollerConfig: { PollerGroupName: 'app' } })).toMatchObject({ pollers: { group: 'app' } });
  expect(read({ ProvisionedPollerConfig: {} })).not.toHaveProperty('pollers');
});

describe('a mapping may', () => {
  it.each([
    [{ Enabled: 'false' }, { enabled: false }],
    [{ BatchSize: '10000' }, { batchSize: 10_000 }],
    [{ MaximumBatchingWindowInSeconds: 300 }, { batchingWindowSeconds: 300 }],
    [
      { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 1_700_000_000 },
      { startingPosition: 1_700_000_000 },
    ],
    [{ AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'a-Z0/*:_+=.@' } }, { consumerGroupId: 'a-Z0/*:_+=.@' }],
    [{ ...provisioned, MaximumRetryAttempts: 10_000 }, { maximumRetryAttempts: 10_000 }],
    [{ ...provisioned, MaximumRecordAgeInSeconds: '-1' }, { maximumRecordAgeInSeconds: -1 }],
    [{ ...provisioned, MaximumRecordAgeInSeconds: 60 }, { maximumRecordAgeInSeconds: 60 }],
    [{ DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } } }, { onFailureBucket: 'failures' }],
    [
      { ...provisioned, DestinationConfig: { OnFailure: { Destination: 'kafka://orders-dlt' } } },
      { onFailureTopic: 'orders-dlt' },
    ],
    [{ FilterCriteria: { Filters: [{ Pattern: '{"value":["x"]}' }] } }, { filterPatterns: ['{"value":["x"]}'] }],
    [{ FilterCriteria: {} }, { filterPatterns: [] }],
  ])('have %j', (properties, expected) => {
    expect(read(properties)).toMatchObject(expected);
  });
});

describe('a mapping is refused', () => {
  it.each([
    ['0 records', { BatchSize: 0 }, /^BatchSize: /],
    ['10,001 records', { BatchSize: 10_001 }, /^BatchSize: /],
    ['half a second', { MaximumBatchingWindowInSeconds: 0.5 }, /^MaximumBatchingWindowInSeconds: /],
    ['301 seconds', { MaximumBatchingWindowInSeconds: 301 }, /^MaximumBatchingWindowInSeconds: /],
    ['10,001 retries', { ...provisioned, MaximumRetryAttempts: 10_001 }, /^MaximumRetryAttempts: /],
    ['an age of 59 seconds', { ...provisioned, MaximumRecordAgeInSeconds: 59 }, /^MaximumRecordAgeInSeconds: must be/],
    ['two topics', { Topics: ['a1', 'b1'] }, /^Topics: /],
    ['a topic of one letter', { Topics: ['a'] }, /^Topics.0: /],
    ['no starting position', { StartingPosition: undefined }, /^StartingPosition: /],
    ['a time that is missing', { StartingPosition: 'AT_TIMESTAMP' }, /^StartingPositionTimestamp: is required/],
    ['a time too many', { StartingPositionTimestamp: 1 }, /^StartingPositionTimestamp: needs AT_TIMESTAMP/],
    [
      'a time to come',
      { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 9_999_999_999 },
      /^StartingPositionTimestamp: cannot be in the future/,
    ],
    [
      'a group name with a space',
      { AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'a b' } },
      /^AmazonManagedKafkaEventSourceConfig.ConsumerGroupId: /,
    ],
    [
      'more pollers at least than at most',
      { ProvisionedPollerConfig: { MinimumPollers: 3, MaximumPollers: 2 } },
      /MaximumPollers must be greater than or equal to MinimumPollers/,
    ],
    ['2001 pollers', { ProvisionedPollerConfig: { MaximumPollers: 2001 } }, /^ProvisionedPollerConfig.MaximumPollers/],
    [
      'its own topic for failures',
      { ...provisioned, DestinationConfig: { OnFailure: { Destination: 'kafka://orders' } } },
      /cannot be the topic of the mapping/,
    ],
    [
      'a queue for failures',
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:q' } } },
      /arn:aws:sqs:us-east-1:000000000000:q is not supported by the local runner/,
    ],
    [
      'a destination for successes',
      { DestinationConfig: { OnSuccess: { Destination: 'arn:aws:s3:::b' } } },
      /Unsupported DestinationConfig parameter for given event source mapping type\./,
    ],
    ['a filter that is none', { FilterCriteria: { Filters: [{ Pattern: '{' }] } }, /Invalid filter pattern definition/],
    [
      'six filters',
      { FilterCriteria: { Filters: Array(6).fill({ Pattern: '{"value":["x"]}' }) } },
      /^FilterCriteria.Filters: /,
    ],
    ['another source', { EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q' }, /only Kafka event sources/],
  ])('with %s', (_, properties, problem) => {
    expect(problemsOf(properties)).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ['MaximumRetryAttempts', 3],
    ['MaximumRecordAgeInSeconds', 60],
    ['BisectBatchOnFunctionError', true],
    ['FunctionResponseTypes', ['ReportBatchItemFailures']],
    ['DestinationConfig', { OnFailure: { Destination: 'kafka://orders-dlt' } }],
  ])('with %s unless it is in provisioned mode', (name, value) => {
    const parameter = name.charAt(0).toLowerCase() + name.slice(1);
    expect(problemsOf({ [name]: value })).toEqual([
      `${name}: Unsupported '${parameter}' parameter for given event source mapping type. It needs provisioned mode: add ProvisionedPollerConfig.`,
    ]);
    expect(problemsOf({ ...provisioned, [name]: value })).toEqual([]);
  });

  it.each([
    'DocumentDBEventSourceConfig',
    'ParallelizationFactor',
    'Queues',
    'ScalingConfig',
    'TumblingWindowInSeconds',
  ])('with %s, which is for other sources', (name) => {
    const parameter = name.charAt(0).toLowerCase() + name.slice(1);
    expect(problemsOf({ [name]: 1 })).toEqual([
      `${name}: Unsupported '${parameter}' parameter for given event source mapping type.`,
    ]);
  });

  it.each(['SelfManagedEventSource', 'SelfManagedKafkaEventSourceConfig', 'SourceAccessConfigurations'])(
    'with %s, by name: the local runner does not have it',
    (name) => {
      expect(problemsOf({ [name]: {} })).toEqual([`${name}: is not supported by the local runner`]);
    },
  );

  it('with a schema registry, by name: the local runner does not have it', () => {
    const AmazonManagedKafkaEventSourceConfig = { SchemaRegistryConfig: {} };
    expect(problemsOf({ ...provisioned, AmazonManagedKafkaEventSourceConfig })).toEqual([
      'AmazonManagedKafkaEventSourceConfig.SchemaRegistryConfig: is not supported by the local runner',
    ]);
  });
});
