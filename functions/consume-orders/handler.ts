import type { Context, MSKEvent, MSKRecord } from 'aws-lambda';
import { StructuredLog } from '../adapters/structured-log.ts';
import { confirmOrder } from './confirm-order.ts';
import { readOrderCreated } from './input.ts';

/**
 * What a Kafka event source mapping takes as "only these failed". The identifier is an object; text in its place would
 * fail the whole batch. https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 */
export interface KafkaBatchResponse {
  readonly batchItemFailures: readonly { itemIdentifier: { partition: string; offset: number } }[];
}

const log = new StructuredLog();

/** The event source mapping of the topic `orders`. */
export const handler = async (event: MSKEvent, context: Pick<Context, 'awsRequestId'>): Promise<KafkaBatchResponse> => {
  log.startRequest(context.awsRequestId);
  const failed = Object.values(event.records)
    .flat()
    .filter((record) => !processed(record));
  return {
    batchItemFailures: failed.map(({ topic, partition, offset }) => ({
      itemIdentifier: { partition: `${topic}-${partition}`, offset },
    })),
  };
};

/** Whether the record was processed; one that was not is reported alone and does not hold up the others. */
function processed(record: MSKRecord): boolean {
  try {
    confirmOrder(readOrderCreated(record.value), log);
    return true;
  } catch (error) {
    const { topic, partition, offset } = record;
    log.error('a record could not be processed', { topic, partition, offset, error });
    return false;
  }
}
