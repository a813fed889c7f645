import type { Context, MSKEvent, MSKRecord } from 'aws-lambda';
import type { Log } from '../domain/ports.ts';
import type { TopicPartitionOffset } from './records.ts';

/**
 * Tells the event source mapping that only these failed. An identifier that is text would fail the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 */
export interface KafkaBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: { partition: string; offset: number } }[];
}

export type Invocation = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

/** Processes a batch and returns what failed; when it throws, all of it failed. */
export type BatchWork = (
  records: readonly MSKRecord[],
  invocation: Invocation,
) => Promise<readonly TopicPartitionOffset[]>;

/** Serves an event source mapping with partial batch responses: only what failed is retried. */
export function kafkaHandler(log: Log & { startRequest(requestId: string): void }, work: BatchWork) {
  return async (event: Pick<MSKEvent, 'records'>, invocation: Invocation): Promise<KafkaBatchResponse> => {
    log.startRequest(invocation.awsRequestId);
    const failed = await work(Object.values(event.records).flat(), invocation);
    return {
      batchItemFailures: failed.map(({ topic, partition, offset }) => ({
        itemIdentifier: { partition: `${topic}-${partition}`, offset },
      })),
    };
  };
}
