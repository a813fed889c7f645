import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import type { InvokeAsync } from '../lambda/service.ts';
import { type ScheduleTarget, startSchedule } from './schedule.ts';

const ruleArn = 'arn:aws:events:us-east-1:000000000000:rule/every-so-often';

const MINUTE = 60_000;
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * MINUTE);

function schedule(targets: ScheduleTarget[], refuse?: () => void) {
  const calls: { functionArn: string; payload: string; source: object | undefined }[] = [];
  const log = memoryLog();
  const invokeAsync: InvokeAsync = (functionArn, payload, options) => {
    calls.push({ functionArn, payload, source: options?.source });
    refuse?.();
    return 'request';
  };
  const { stop } = startSchedule({
    schedule: { ruleArn, recurrence: { intervalMs: MINUTE }, targets },
    invokeAsync,
    log,
  });
  onTestFinished(stop);
  return { calls, log, stop };
}

describe('a schedule', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('invokes each target again and again, with the scheduled event or with the input of the target', async () => {
    const { calls } = schedule([{ functionArn: 'relay' }, { functionArn: 'report', input: '{"of":"today"}' }]);
    await minutes(2);
    expect(calls.map(({ functionArn }) => functionArn)).toEqual(['relay', 'report', 'relay', 'report']);
    const [event, input] = calls.map(({ payload }) => JSON.parse(payload));
    expect(input).toEqual({ of: 'today' });
    expect(event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'us-east-1',
      resources: [ruleArn],
      detail: {},
    });
  });

  it('invokes in the name of its rule, whose permission the function has to have', async () => {
    const { calls } = schedule([{ functionArn: 'relay' }]);
    await minutes(1);
    expect(calls.map(({ source }) => source)).toEqual([{ service: 'events.amazonaws.com', arn: ruleArn }]);
  });

  it('goes on when an invocation is not accepted, and logs that', async () => {
    const { calls, log } = schedule([{ functionArn: 'relay' }], () => {
      throw new Error('unknown');
    });
    await minutes(2);
    expect(calls).toHaveLength(2);
    expect(log.lines).toEqual(
      Array(2).fill(expect.stringMatching(/^error test relay was not invoked: Error: unknown\n/)),
    );
  });

  it('invokes nothing after its stop', async () => {
    const { calls, stop } = schedule([{ functionArn: 'relay' }]);
    await minutes(1);
    await stop();
    await minutes(3);
    expect(calls).toHaveLength(1);
  });
});
