import type { Context, MSKEvent, MSKRecord } from 'aws-lambda';
import type { Log } from '../domain/ports.ts';
import type { Place } from './records.ts';

/**
 * What a Kafka event source mapping takes as "only these failed". The identifier is an object; text in its place would
 * fail the whole batch. https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 */
export interface KafkaBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: { partition: string; offset: number } }[];
}

/** What the work on a batch may know of its invocation. */
export type Invocation = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

/** Processes a batch and returns where the records are that failed; when it throws, all of them have failed. */
export type BatchWork = (records: readonly MSKRecord[], invocation: Invocation) => Promise<readonly Place[]>;

/** Serves an event source mapping with partial batch responses: what failed is reported alone and comes again. */
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
