import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../tooling/log-fixture.ts';
import { restJsonApi } from '../../../aws-api/rest-api.ts';
import { type EndpointFixture, startEndpointFixture } from '../../aws-endpoint/endpoint-fixture.ts';
import { mappingOperations } from './api.ts';
import { EventSourceMapping, type StartPoller } from './mapping.ts';
import { CLUSTER_ARN, mapping } from './poller-fixture.ts';

const UUID = '11111111-2222-3333-4444-555555555555';
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:consumer:live';
const mappings = new Map<string, EventSourceMapping>();
let fixture: EndpointFixture;
let client: LambdaClient;
/** What was started and stopped. */
let steps: string[];
let report: (result: string) => void;

beforeAll(async () => {
  const operations = mappingOperations(mappings);
  const api = restJsonApi({ name: 'Lambda', signingName: 'lambda', invalidInput: 'ValidationException', operations });
  fixture = await startEndpointFixture(() => [{ api }]);
  client = new LambdaClient(fixture.client);
});
afterAll(() => fixture.stop());
beforeEach(() => {
  steps = [];
  mappings.clear();
});

const startPoller: StartPoller = async (_definition, reporting) => {
  report = reporting;
  steps.push('started');
  return { stop: async () => void steps.push('stopped') };
};

async function started(overrides: Parameters<typeof mapping>[0] = {}) {
  const known = new EventSourceMapping(mapping({ uuid: UUID, functionArn, ...overrides }), silentLog);
  mappings.set(known.definition.uuid, known);
  await known.start(startPoller);
  return known;
}
const get = () => client.send(new GetEventSourceMappingCommand({ UUID }));
const setEnabled = (Enabled: boolean) => client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));

describe('an event source mapping', () => {
  it('is described as AWS describes it', async () => {
    await started({
      batchingWindowSeconds: 5,
      filterPatterns: ['{"value":["x"]}'],
      maximumRetryAttempts: 3,
      onFailureTopic: 'orders-dlt',
      pollers: { minimum: 1, maximum: 200, group: 'app' },
    });
    const { $metadata, LastModified, ...described } = await get();
    expect(LastModified?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(described).toEqual({
      UUID,
      EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}`,
      EventSourceArn: CLUSTER_ARN,
      FunctionArn: functionArn,
      Topics: ['orders'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'order-consumer-group' },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      FilterCriteria: { Filters: [{ Pattern: '{"value":["x"]}' }] },
      DestinationConfig: { OnFailure: { Destination: 'kafka://orders-dlt' } },
      ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 200, PollerGroupName: 'app' },
      MaximumRetryAttempts: 3,
      MaximumRecordAgeInSeconds: -1,
      BisectBatchOnFunctionError: false,
      FunctionResponseTypes: [],
      State: 'Enabled',
      StateTransitionReason: 'USER_INITIATED',
      LastProcessingResult: 'No records processed',
    });
  });

  it('tells its last result', async () => {
    await started();
    report('PROBLEM: Function call failed');
    expect(await get()).toMatchObject({ LastProcessingResult: 'PROBLEM: Function call failed' });
  });

  it('is paused and resumed by an update, which responds before that is done', async () => {
    await started();
    const update = await setEnabled(false);
    expect([update.$metadata.httpStatusCode, update.State]).toEqual([202, 'Disabling']);
    await expect.poll(get).toMatchObject({ State: 'Disabled' });
    expect(await setEnabled(true)).toMatchObject({ State: 'Enabling' });
    await expect.poll(get).toMatchObject({ State: 'Enabled' });
    expect(steps).toEqual(['started', 'stopped', 'started']);
  });

  it('that the template has disabled does not start before it is enabled', async () => {
    await started({ enabled: false });
    expect(await get()).toMatchObject({ State: 'Disabled' });
    expect(steps).toEqual([]);
    await setEnabled(true);
    await expect.poll(get).toMatchObject({ State: 'Enabled' });
    expect(steps).toEqual(['started']);
  });

  it('ends with the run, and is not enabled any more', async () => {
    const known = await started();
    await known.stop();
    known.setEnabled(true);
    await expect.poll(() => steps).toEqual(['started', 'stopped']);
  });

  it('that does not exist is ResourceNotFoundException', async () => {
    for (const call of [get(), setEnabled(true)]) {
      await expect(call).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'The resource you requested does not exist.',
        $metadata: { httpStatusCode: 404 },
      });
    }
  });
});

it('mappings are listed by function and by source', async () => {
  await started();
  await started({ uuid: 'other', functionArn: functionArn.replace(':live', '') });
  const list = async (filter: object) => {
    const { EventSourceMappings = [] } = await client.send(new ListEventSourceMappingsCommand(filter));
    return EventSourceMappings.map((found) => found.UUID);
  };
  expect(await list({})).toEqual([UUID, 'other']);
  expect(await list({ MaxItems: 1 })).toEqual([UUID]);
  expect(await list({ FunctionName: 'consumer:live' })).toEqual([UUID]);
  expect(await list({ FunctionName: 'consumer' })).toEqual(['other']);
  expect(await list({ EventSourceArn: CLUSTER_ARN })).toHaveLength(2);
  expect(await list({ EventSourceArn: `${CLUSTER_ARN}x` })).toEqual([]);
});

it('each call needs its permission', async () => {
  await started();
  fixture.evaluator.asked.splice(0);
  await get();
  await setEnabled(true);
  await client.send(new ListEventSourceMappingsCommand({}));
  const arn = `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}`;
  expect(fixture.evaluator.asked).toEqual([
    `writer lambda:GetEventSourceMapping ${arn}`,
    `writer lambda:UpdateEventSourceMapping ${arn}`,
    'writer lambda:ListEventSourceMappings *',
  ]);
});
