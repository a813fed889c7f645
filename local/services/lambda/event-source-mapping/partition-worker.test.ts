import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../../tooling/log-fixture.ts';
import { LambdaError } from '../errors.ts';
import type { InvokeResult } from '../function-definition.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import type { FailureMessage } from './on-failure-topic.ts';
import { PartitionWorker } from './partition-worker.ts';
import { mapping, records } from './poller-fixture.ts';

const OK = { payload: 'null' };
const FAILED = { payload: '{}', functionError: 'Unhandled' as const };

function startWorker(
  run: (offsets: number[], attempt: number) => Partial<InvokeResult> | Promise<Partial<InvokeResult>>,
  overrides: Partial<EventSourceMappingDefinition> = {},
) {
  const invocations: number[][] = [];
  const commits: number[] = [];
  const pauses: boolean[] = [];
  const failures: FailureMessage[] = [];
  const definition = mapping(overrides);
  const worker = new PartitionWorker({
    mapping: definition,
    bootstrapServers: 'b:9098',
    partition: 3,
    log: silentLog,
    invoke: async (_name, payload) => {
      const event: { records: Record<string, { offset: number }[]> } = JSON.parse(payload);
      const offsets = (event.records['orders-3'] ?? []).map(({ offset }) => offset);
      invocations.push(offsets);
      return { requestId: 'r', executedVersion: '$LATEST', ...OK, ...(await run(offsets, invocations.length)) };
    },
    commit: async (offset) => void commits.push(offset),
    setPaused: (paused) => void pauses.push(paused),
    sendFailures: definition.onFailureTopic ? async (messages) => void failures.push(...messages) : undefined,
  });
  onTestFinished(async () => {
    worker.stop();
    await worker.finished;
  });
  return { worker, invocations, commits, pauses, failures };
}

describe('the records of a partition', () => {
  it('go to the function in batches, one at a time, and are committed after each', async () => {
    let running = 0;
    const { worker, invocations, commits, pauses } = startWorker(
      async () => {
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        return OK;
      },
      { batchSize: 2 },
    );
    worker.accept(records(5, 9));
    await expect.poll(() => commits).toHaveLength(3);
    expect(invocations).toEqual([[5, 6], [7, 8], [9]]);
    expect(commits).toEqual([7, 9, 10]);
    expect(pauses[0]).toBe(true);
    expect(pauses.at(-1)).toBe(false);
  });

  it('wait for the batching window', async () => {
    const { worker, invocations, commits } = startWorker(() => OK, { batchingWindowSeconds: 0.2 });
    worker.accept(records(0, 1));
    worker.accept(records(2, 2));
    await expect.poll(() => commits).toHaveLength(1);
    expect(invocations).toEqual([[0, 1, 2]]);
  });

  it('are not committed before the function has succeeded', async () => {
    const committedBefore: number[][] = [];
    const { worker, invocations, commits } = startWorker((_offsets, attempt) => {
      committedBefore.push([...commits]);
      return attempt < 3 ? FAILED : OK;
    });
    worker.accept(records(0, 1));
    await expect.poll(() => commits).toEqual([2]);
    expect(committedBefore).toEqual([[], [], []]);
    expect(invocations).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  it('stay while the function is throttled', async () => {
    const { worker, commits } = startWorker(
      (_offsets, attempt) => {
        if (attempt < 3) throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');
        return OK;
      },
      { maximumRetryAttempts: 0 },
    );
    worker.accept(records(0, 0));
    await expect.poll(() => commits).toHaveLength(1);
  });

  it('that are reported as failed are retried alone', async () => {
    const { worker, invocations, commits } = startWorker(
      (_offsets, attempt) =>
        attempt > 1
          ? OK
          : {
              payload: JSON.stringify({
                batchItemFailures: [{ itemIdentifier: { partition: 'orders-3', offset: 1 } }],
              }),
            },
      { reportBatchItemFailures: true },
    );
    worker.accept(records(0, 2));
    await expect.poll(() => commits).toHaveLength(1);
    expect(invocations).toEqual([[0, 1, 2], [1]]);
    expect(commits).toEqual([3]);
  });

  it('that are given up go to the on-failure topic with their key, and the partition goes on', async () => {
    const { worker, commits, failures } = startWorker((offsets) => (offsets.includes(0) ? FAILED : OK), {
      onFailureTopic: 'orders-dlt',
      maximumRetryAttempts: 0,
      batchSize: 1,
    });
    worker.accept(records(0, 1));
    await expect.poll(() => commits).toHaveLength(2);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.key?.toString()).toBe('alice');
    expect(JSON.parse(failures[0]?.value ?? '')).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      KafkaBatchInfo: { recordInfo: { offset: '0' } },
    });
  });

  it('that come again after a rebalance are not sent twice', async () => {
    const { worker, invocations, commits } = startWorker(() => OK);
    worker.accept(records(0, 2));
    await expect.poll(() => commits).toHaveLength(1);
    worker.accept(records(3, 4));
    worker.accept(records(3, 5));
    await expect.poll(() => commits.at(-1)).toBe(6);
    expect(invocations.flat()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('are sent again when the position of the group was moved back', async () => {
    const { worker, invocations, commits } = startWorker(() => OK);
    worker.accept(records(10, 12));
    await expect.poll(() => commits).toHaveLength(1);
    worker.accept(records(0, 1));
    await expect.poll(() => commits).toHaveLength(2);
    expect(invocations).toEqual([
      [10, 11, 12],
      [0, 1],
    ]);
    expect(commits).toEqual([13, 2]);
  });
});

describe('a worker that stops', () => {
  it('commits what its running invocation achieves, and begins no other', async () => {
    const { promise, resolve } = Promise.withResolvers<Partial<InvokeResult>>();
    const { worker, invocations, commits } = startWorker(() => promise, { batchSize: 1 });
    worker.accept(records(0, 1));
    await expect.poll(() => invocations).toHaveLength(1);
    worker.stop();
    resolve(OK);
    await worker.finished;
    expect(invocations).toEqual([[0]]);
    expect(commits).toEqual([1]);
  });

  it('ends its wait for the next attempt, and commits nothing that failed', async () => {
    const { worker, invocations, commits } = startWorker(() => FAILED);
    worker.accept(records(0, 0));
    await expect.poll(() => invocations.length).toBeGreaterThanOrEqual(3);
    worker.stop();
    await worker.finished;
    expect(commits).toEqual([]);
  });

  it('because its partition went elsewhere commits nothing any more', async () => {
    const { promise, resolve } = Promise.withResolvers<Partial<InvokeResult>>();
    const { worker, invocations, commits } = startWorker(() => promise);
    worker.accept(records(0, 0));
    await expect.poll(() => invocations).toHaveLength(1);
    worker.revoke();
    resolve(OK);
    await worker.finished;
    expect(commits).toEqual([]);
  });
});
