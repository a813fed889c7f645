import { describe, expect, it } from 'vitest';
import { Delivery, type DeliveryPolicy, deliveryPolicy, type Outcome, type Step } from './delivery.ts';
import type { KafkaRecord } from './kafka-record.ts';
import { mapping, offsetsOf, record, records } from './poller-fixture.ts';

const invocation = { requestId: 'r', executedVersion: '$LATEST' };
const FAILED: Outcome = { kind: 'function-error', invocation };

function delivery(batch: readonly KafkaRecord[], policy: Partial<DeliveryPolicy> = {}) {
  return new Delivery(batch, {
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: -1,
    bisectBatchOnFunctionError: false,
    ...policy,
  });
}

/** Carries a delivery through against a function; returns what was done, such as `invoke 1 2` or `discard 3 RetriesExhausted`. */
function play(subject: Delivery, run: (batch: readonly KafkaRecord[]) => Outcome, atMost = 100): string[] {
  const steps: string[] = [];
  while (steps.length < atMost) {
    const step = subject.next(0);
    if (step.kind === 'done') return steps;
    const offsets = offsetsOf(step.records).join(' ');
    steps.push(
      step.kind === 'invoke' ? `invoke ${offsets}` : `discard ${offsets} ${step.condition} ${step.invocations}`,
    );
    if (step.kind === 'invoke') subject.settle(run(step.records));
  }
  return steps;
}

const failsOn =
  (...bad: number[]) =>
  (batch: readonly KafkaRecord[]): Outcome =>
    batch.some(({ offset }) => bad.includes(offset)) ? FAILED : { kind: 'reported', failed: [], invocation };
const reports =
  (...bad: number[]) =>
  (batch: readonly KafkaRecord[]): Outcome => ({
    kind: 'reported',
    failed: batch.filter(({ offset }) => bad.includes(offset)),
    invocation,
  });

describe('a batch', () => {
  it('that is processed is done after one invocation', () => {
    expect(play(delivery(records(1, 3)), failsOn())).toEqual(['invoke 1 2 3']);
  });

  it('that fails is retried as a whole, without end by default', () => {
    const steps = play(delivery(records(1, 2)), failsOn(2), 50);
    expect(steps).toHaveLength(50);
    expect(new Set(steps)).toEqual(new Set(['invoke 1 2']));
  });

  it('is given up after its retries, which do not count the first attempt', () => {
    expect(play(delivery(records(1, 2), { maximumRetryAttempts: 2 }), failsOn(1))).toEqual([
      'invoke 1 2',
      'invoke 1 2',
      'invoke 1 2',
      'discard 1 2 RetriesExhausted 3',
    ]);
  });

  it('is halved on a function error until the bad record stands alone; halving uses no retries', () => {
    const policy = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 };
    expect(play(delivery(records(1, 5), policy), failsOn(2))).toEqual([
      'invoke 1 2 3 4 5',
      'invoke 1 2 3',
      'invoke 1 2',
      'invoke 1',
      'invoke 2',
      'invoke 2',
      'discard 2 RetriesExhausted 5',
      'invoke 3',
      'invoke 4 5',
    ]);
  });

  it('of which some records are reported as failed is retried with these alone', () => {
    expect(play(delivery(records(1, 5), { maximumRetryAttempts: 1 }), reports(2, 4))).toEqual([
      'invoke 1 2 3 4 5',
      'invoke 2 4',
      'discard 2 4 RetriesExhausted 2',
    ]);
  });

  it('is retried 10 times at most where an on-failure destination waits', () => {
    const retries = (overrides: object) => deliveryPolicy(mapping(overrides)).maximumRetryAttempts;
    expect(retries({ onFailureTopic: 'orders-dlt' })).toBe(10);
    expect(retries({ onFailureTopic: 'orders-dlt', maximumRetryAttempts: 3 })).toBe(3);
    expect(retries({ onFailureBucket: 'failures' })).toBe(10);
    expect(retries({})).toBe(-1);
  });

  it('keeps its attempts while the function is not invoked', () => {
    let refusals = 20;
    const steps = play(delivery(records(1, 1), { maximumRetryAttempts: 0 }), () =>
      refusals-- > 0 ? { kind: 'not-invoked' } : FAILED,
    );
    expect(steps).toHaveLength(22);
    expect(steps.at(-1)).toBe('discard 1 RetriesExhausted 1');
  });

  it('loses the records that are too old, before they are sent', () => {
    const old = record(1, { timestamp: Date.now() - 61_000 });
    const young = record(2, { timestamp: Date.now() - 59_000 });
    const subject = delivery([old, young], { maximumRecordAgeInSeconds: 60 });
    expect(subject.next(Date.now())).toMatchObject({ kind: 'discard', records: [old], condition: 'RecordAgeExceeded' });
    expect(subject.next(Date.now())).toMatchObject({ kind: 'invoke', records: [young] });
  });

  it('that the function is throttled for loses its records once they are too old', () => {
    const old = record(1, { timestamp: 0 });
    const subject = delivery([old], { maximumRecordAgeInSeconds: 60 });
    expect(subject.next(60_000)).toMatchObject({ kind: 'invoke', records: [old] });
    subject.settle({ kind: 'not-invoked' });
    expect(subject.next(60_001)).toMatchObject({ kind: 'discard', condition: 'RecordAgeExceeded', invocations: 0 });
  });

  it('loses a record that does not fit into an event', () => {
    const large = record(1, { value: Buffer.alloc(5 * 1024 * 1024) });
    expect(delivery([large]).next(0)).toMatchObject({ kind: 'discard', condition: 'MaximumPayloadSizeExceeded' });
  });

  it('waits between attempts, longer each time and never over 10 s', () => {
    const subject = delivery(records(1, 1));
    const waits = Array.from({ length: 12 }, () => {
      const step = subject.next(0) as Extract<Step, { kind: 'invoke' }>;
      subject.settle(FAILED);
      return step.afterMs;
    });
    expect(waits[0]).toBe(0);
    expect(waits[1]).toBeGreaterThanOrEqual(100);
    expect(waits[1]).toBeLessThanOrEqual(200);
    expect(waits[5]).toBeGreaterThan(waits[1] ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
  });
});
