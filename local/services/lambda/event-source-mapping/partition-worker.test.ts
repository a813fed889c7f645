import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { silentLog } from '../../../../tooling/log-fixture.ts';
import { LambdaError } from '../errors.ts';
import type { InvokeResult } from '../function-definition.ts';
import type { Discard } from './failure-record.ts';
import { recordFilter } from './filter/record-filter.ts';
import type { KafkaRecord } from './kafka-record.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';
import { PartitionWorker } from './partition-worker.ts';
import { mapping, record, records } from './poller-fixture.ts';

const OK = { payload: 'null' };
const FAILED = { payload: '{}', functionError: 'Unhandled' as const };

function startWorker(
  run: (offsets: number[], attempt: number) => Partial<InvokeResult> | Promise<Partial<InvokeResult>>,
  overrides: Partial<EventSourceMappingDefinition> = {},
  committing: () => Promise<void> = async () => {},
) {
  const invocations: number[][] = [];
  const commits: number[] = [];
  const failures: Discard[] = [];
  const definition = mapping(overrides);
  const worker = new PartitionWorker({
    mapping: definition,
    bootstrapServers: 'b:9098',
    partition: 3,
    offset: 0,
    filter: recordFilter(definition.filterPatterns),
    log: silentLog,
    invoke: async (_name, payload) => {
      const event: { records: Record<string, { offset: number }[]> } = JSON.parse(payload);
      const offsets = (event.records['orders-3'] ?? []).map(({ offset }) => offset);
      invocations.push(offsets);
      return { requestId: 'r', executedVersion: '$LATEST', ...OK, ...(await run(offsets, invocations.length)) };
    },
    commit: async (offset) => {
      commits.push(offset);
      await committing();
    },
    sendFailures: definition.onFailureTopic ? async (discard) => void failures.push(discard) : undefined,
  });
  onTestFinished(async () => {
    worker.stop();
    await worker.finished;
  });
  /** @param nextOffset as the reader gives it; by default, nothing is behind the last record */
  const accept = (list: readonly KafkaRecord[], nextOffset = (list.at(-1)?.offset ?? 0) + 1) =>
    worker.accept(list, nextOffset);
  return { worker, accept, invocations, commits, failures };
}

describe('the records of a partition', () => {
  it('go to the function in batches, one at a time, and are committed after each', async () => {
    let running = 0;
    const { accept, invocations, commits } = startWorker(
      async () => {
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        return OK;
      },
      { batchSize: 2 },
    );
    accept(records(5, 9));
    await expect.poll(() => commits).toHaveLength(3);
    expect(invocations).toEqual([[5, 6], [7, 8], [9]]);
    expect(commits).toEqual([7, 9, 10]);
  });

  it('are taken in while less than a batch waits', async () => {
    const { promise, resolve } = Promise.withResolvers<Partial<InvokeResult>>();
    const { worker, accept, invocations } = startWorker(() => promise, { batchSize: 2 });
    await worker.hasRoom();
    accept(records(0, 4));
    await expect.poll(() => invocations).toHaveLength(1);
    let hasRoom = false;
    const room = worker.hasRoom().then(() => {
      hasRoom = true;
    });
    await new Promise((tick) => setImmediate(tick));
    expect(hasRoom).toBe(false);
    resolve(OK);
    await room;
    expect(invocations.length).toBeGreaterThan(1);
  });

  it('are committed while the next batch is under way, the last commit standing for those that waited', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { accept, invocations, commits } = startWorker(
      () => OK,
      { batchSize: 1 },
      () => promise,
    );
    accept(records(0, 4));
    await expect.poll(() => invocations).toHaveLength(5);
    expect(commits).toEqual([1]);
    resolve();
    await expect.poll(() => commits).toEqual([1, 5]);
  });

  it('are all processed by a worker that stumbles over one of them, and again', async () => {
    const { accept, commits } = startWorker(() => OK);
    let stumbles = 2;
    const broken = record(1);
    Object.defineProperty(broken, 'timestamp', {
      get: () => {
        if (stumbles-- > 0) throw new Error('cannot be read');
        return 5;
      },
    });
    const taken = () => accept([record(0), broken]);
    expect(taken).toThrow('cannot be read');
    expect(taken).toThrow('cannot be read');
    accept([record(0), broken, record(2)]);
    await expect.poll(() => commits).toEqual([3]);
  });

  it('wait for their window however the wall clock is set meanwhile', async () => {
    const { accept, commits } = startWorker(() => OK, { batchingWindowSeconds: 0.2 });
    accept(records(0, 0));
    const hourAgo = Date.now() - 3_600_000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(hourAgo);
    onTestFinished(() => clock.mockRestore());
    await expect.poll(() => commits).toEqual([1]);
  });

  it('wait for the batching window', async () => {
    const { accept, invocations, commits } = startWorker(() => OK, { batchingWindowSeconds: 0.2 });
    accept(records(0, 1));
    accept(records(2, 2));
    await expect.poll(() => commits).toHaveLength(1);
    expect(invocations).toEqual([[0, 1, 2]]);
  });

  it('are not committed before the function has succeeded', async () => {
    const committedBefore: number[][] = [];
    const { accept, invocations, commits } = startWorker((_offsets, attempt) => {
      committedBefore.push([...commits]);
      return attempt < 3 ? FAILED : OK;
    });
    accept(records(0, 1));
    await expect.poll(() => commits).toEqual([2]);
    expect(committedBefore).toEqual([[], [], []]);
    expect(invocations).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  it('stay while the function is throttled', async () => {
    const { accept, commits } = startWorker(
      (_offsets, attempt) => {
        if (attempt < 3) throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');
        return OK;
      },
      { maximumRetryAttempts: 0 },
    );
    accept(records(0, 0));
    await expect.poll(() => commits).toHaveLength(1);
  });

  it('that are reported as failed are retried alone', async () => {
    const { accept, invocations, commits } = startWorker(
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
    accept(records(0, 2));
    await expect.poll(() => commits).toHaveLength(1);
    expect(invocations).toEqual([[0, 1, 2], [1]]);
    expect(commits).toEqual([3]);
  });

  it('that are given up go to the on-failure topic with their key, and the partition goes on', async () => {
    const { accept, commits, failures } = startWorker((offsets) => (offsets.includes(0) ? FAILED : OK), {
      onFailureTopic: 'orders-dlt',
      maximumRetryAttempts: 0,
      batchSize: 1,
    });
    accept(records(0, 1));
    await expect.poll(() => commits).toHaveLength(2);
    expect(failures).toEqual([
      {
        kind: 'discard',
        records: [record(0)],
        condition: 'RetriesExhausted',
        invocations: 1,
        lastInvocation: { requestId: 'r', executedVersion: '$LATEST', functionError: 'Unhandled' },
      },
    ]);
  });

  it('that the filter leaves out do not reach the function, and are committed with those that do', async () => {
    const { accept, invocations, commits } = startWorker(() => OK, { filterPatterns: ['{"value":{"n":[1,3]}}'] });
    accept(records(0, 5));
    await expect.poll(() => commits).toEqual([6]);
    expect(invocations).toEqual([[1, 3]]);
  });

  it('that the filter leaves out are not committed before the function has processed what is in front of them', async () => {
    const { promise, resolve } = Promise.withResolvers<Partial<InvokeResult>>();
    const { accept, invocations, commits } = startWorker(() => promise, { filterPatterns: ['{"value":{"n":[0]}}'] });
    accept(records(0, 0));
    await expect.poll(() => invocations).toHaveLength(1);
    accept(records(1, 5));
    await new Promise((tick) => setTimeout(tick, 50));
    expect(commits).toEqual([]);
    resolve(OK);
    await expect.poll(() => commits.at(-1)).toBe(6);
  });

  it('that the filter leaves out are committed also where nothing else comes', async () => {
    const { accept, invocations, commits } = startWorker(() => OK, { filterPatterns: ['{"value":{"n":[9]}}'] });
    accept(records(0, 5));
    await expect.poll(() => commits).toEqual([6]);
    expect(invocations).toEqual([]);
  });

  it('are committed with the markers of transactions behind them', async () => {
    const { accept, commits } = startWorker(() => OK);
    accept(records(0, 1), 3);
    await expect.poll(() => commits).toEqual([3]);
  });

  it('that come again after a rebalance are not sent twice', async () => {
    const { accept, invocations, commits } = startWorker(() => OK);
    accept(records(0, 2));
    await expect.poll(() => commits).toHaveLength(1);
    accept(records(3, 4));
    accept(records(3, 5));
    await expect.poll(() => commits.at(-1)).toBe(6);
    expect(invocations.flat()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('are sent again when the position of the group was moved back', async () => {
    const { accept, invocations, commits } = startWorker(() => OK);
    accept(records(10, 12));
    await expect.poll(() => commits).toHaveLength(1);
    accept(records(0, 1));
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
    const { worker, accept, invocations, commits } = startWorker(() => promise, { batchSize: 1 });
    accept(records(0, 1));
    await expect.poll(() => invocations).toHaveLength(1);
    worker.stop();
    resolve(OK);
    await worker.finished;
    expect(invocations).toEqual([[0]]);
    expect(commits).toEqual([1]);
  });

  it('ends its wait for the next attempt, and commits nothing that failed', async () => {
    const { worker, accept, invocations, commits } = startWorker(() => FAILED);
    accept(records(0, 0));
    await expect.poll(() => invocations.length).toBeGreaterThanOrEqual(3);
    worker.stop();
    await worker.finished;
    expect(commits).toEqual([]);
  });

  it('because its partition went elsewhere commits nothing any more', async () => {
    const { promise, resolve } = Promise.withResolvers<Partial<InvokeResult>>();
    const { worker, accept, invocations, commits } = startWorker(() => promise);
    accept(records(0, 0));
    await expect.poll(() => invocations).toHaveLength(1);
    worker.revoke();
    resolve(OK);
    await worker.finished;
    expect(commits).toEqual([]);
  });
});
