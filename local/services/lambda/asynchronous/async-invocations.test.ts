import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { memoryLog } from '../../../../tooling/log-fixture.ts';
import { LambdaError, throttled } from '../errors.ts';
import type { Invoke } from '../function-definition.ts';
import { AsyncInvocations } from './async-invocations.ts';
import { type EventInvokeConfig, eventInvokeConfigProperties } from './event-invoke-config.ts';

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const FAILED = { functionError: 'Unhandled' as const, payload: '{"errorType":"Error","errorMessage":"no"}' };
const BUSY = throttled('ReservedFunctionConcurrentInvocationLimitExceeded');

/** Outcomes are those of the function `relay`, in order; then it succeeds. Others are destinations. */
function queue({ outcomes = [], off = false }: { outcomes?: (typeof FAILED | Error)[]; off?: boolean } = {}) {
  const attempts: { at: number; requestId: string | undefined }[] = [];
  const records: { destination: string; record: Record<string, unknown> }[] = [];
  const started = performance.now();
  const invoke: Invoke = async (functionArn, payload, options) => {
    const done = { requestId: options?.requestId ?? '', payload: '{"done":true}', executedVersion: '$LATEST' };
    if (!functionArn.startsWith(arn('relay'))) {
      records.push({ destination: functionArn, record: JSON.parse(payload) });
      return done;
    }
    attempts.push({ at: Math.round((performance.now() - started) / 1000), requestId: options?.requestId });
    const outcome = outcomes.shift();
    if (outcome instanceof Error) throw outcome;
    return { ...done, ...outcome };
  };
  const log = memoryLog();
  const events = new AsyncInvocations({
    invoke,
    requireDestination: () => {},
    isOff: (functionArn) => off && functionArn.startsWith(arn('relay')),
    log,
  });
  onTestFinished(() => events.stop());
  const configure = (config: Partial<EventInvokeConfig>, qualifier = '$LATEST') =>
    events.configure(`relay:${qualifier}`, {
      maxAgeMs: 21_600_000,
      maxRetries: 2,
      onSuccess: arn('succeeded'),
      onFailure: arn('failed'),
      ...config,
    });
  return { events, attempts, records, log, configure };
}

const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

describe('an asynchronous invocation', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('that fails is tried again after one minute and after two more, with the same request id; then its destination is told', async () => {
    const { events, attempts, records, log, configure } = queue({ outcomes: [FAILED, FAILED, FAILED] });
    configure({});
    const requestId = events.enqueue('relay', '{"order":1}');
    await minutes(10);
    expect(attempts).toEqual([0, 60, 180].map((at) => ({ at, requestId })));
    expect(log.lines.filter((line) => / failed: Error: no$/.test(line))).toHaveLength(3);
    expect(records).toEqual([
      {
        destination: `${arn('failed')}:$LATEST`,
        record: {
          version: '1.0',
          timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          requestContext: {
            requestId,
            functionArn: `${arn('relay')}:$LATEST`,
            condition: 'RetriesExhausted',
            approximateInvokeCount: 3,
          },
          requestPayload: { order: 1 },
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          responsePayload: { errorType: 'Error', errorMessage: 'no' },
        },
      },
    ]);
  });

  it('that succeeds tells its destination for that', async () => {
    const { events, records, configure } = queue();
    configure({}, 'live');
    const requestId = events.enqueue(`${arn('relay')}:live`, '{}');
    await minutes(1);
    const functionArn = `${arn('relay')}:live`;
    expect(records).toMatchObject([
      {
        destination: `${arn('succeeded')}:$LATEST`,
        record: {
          requestContext: { requestId, functionArn, condition: 'Success', approximateInvokeCount: 1 },
          responsePayload: { done: true },
        },
      },
    ]);
  });

  it('has the configuration of its own version or alias', async () => {
    const { events, attempts, configure } = queue({ outcomes: [FAILED, FAILED, FAILED] });
    configure({ maxRetries: 0 }, 'live');
    events.enqueue('relay:live', '{}');
    await minutes(10);
    expect(attempts).toHaveLength(1);
    events.enqueue('relay', '{}');
    await minutes(10);
    expect(attempts).toHaveLength(4);
  });

  it('is given up when the event would be too old for the next attempt', async () => {
    const { events, attempts, records, configure } = queue({ outcomes: [FAILED, FAILED] });
    configure({ maxAgeMs: 90_000 });
    events.enqueue('relay', '{}');
    await minutes(10);
    expect(attempts.map(({ at }) => at)).toEqual([0, 60]);
    const requestContext = { condition: 'EventAgeExceeded', approximateInvokeCount: 2 };
    expect(records).toMatchObject([{ record: { requestContext } }]);
  });

  it('that is throttled waits ever longer, which is none of its attempts', async () => {
    const busy = Array.from({ length: 11 }, () => BUSY);
    const { events, attempts, records, configure } = queue({ outcomes: [...busy, FAILED] });
    configure({ maxRetries: 1 });
    events.enqueue('relay', '{}');
    await minutes(60);
    const times = attempts.map(({ at }) => at);
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 60]);
    expect(records).toMatchObject([
      { record: { requestContext: { condition: 'Success', approximateInvokeCount: 2 } } },
    ]);
  });

  it('of a function that is switched off by a reserved concurrency of 0 is given up at once', async () => {
    const { events, attempts, records, configure } = queue({ off: true });
    configure({});
    events.enqueue('relay', '{}');
    await minutes(1);
    expect(attempts).toEqual([]);
    expect(records.map(({ record }) => record)).toEqual([
      expect.objectContaining({
        requestContext: expect.objectContaining({ condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 }),
      }),
    ]);
    expect(records[0]?.record).not.toHaveProperty('responseContext');
  });

  it('that Lambda refuses for good is logged and not tried again', async () => {
    const { events, attempts, log } = queue({
      outcomes: [new LambdaError('InvalidRequestContentException', 'no JSON')],
    });
    events.enqueue('relay', '{}');
    await minutes(10);
    expect(attempts).toHaveLength(1);
    expect(log.lines).toEqual([expect.stringMatching(/^error .* was not invoked/)]);
  });

  it('that waits for another attempt ends with the run, which says so', async () => {
    const { events, attempts, log } = queue({ outcomes: [FAILED] });
    events.enqueue('relay', '{}');
    await minutes(0.5);
    events.stop();
    await minutes(10);
    expect(attempts).toHaveLength(1);
    expect(log.lines.at(-1)).toMatch(/^warn .* end with this run/);
  });
});

describe('the configuration', () => {
  const required = { FunctionName: 'relay', Qualifier: '$LATEST' };

  it.each([
    ['an age below a minute', { MaximumEventAgeInSeconds: 59 }],
    ['three retries', { MaximumRetryAttempts: 3 }],
    [
      'a queue as destination',
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:q' } } },
    ],
  ])('is refused with %s', (_, properties) => {
    expect(eventInvokeConfigProperties.safeParse({ ...required, ...properties }).success).toBe(false);
    expect(eventInvokeConfigProperties.safeParse(required).success).toBe(true);
  });
});
