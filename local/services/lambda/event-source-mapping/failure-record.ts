import type { Step } from './delivery.ts';
import type { KafkaRecord } from './kafka-record.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

/** What was given up, and why. */
export type Discard = Omit<Extract<Step, { kind: 'discard' }>, 'kind'>;

/** Where a mapping sends what it gives up. */
export interface FailureDestination {
  /** @throws when the destination has not stored it */
  send(discard: Discard): Promise<void>;
  stop(): Promise<void>;
}

/** No topic takes a message of this size by far, and a broker ends the connection on a request of 100 MB. */
export const MAX_WHOLE_BYTES = 32 * 1024 * 1024;

/**
 * What every on-failure destination gets: https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html
 *
 * @param batch the part of `KafkaBatchInfo` that tells of the records
 */
export function failureRecord(
  mapping: EventSourceMappingDefinition,
  bootstrapServers: string,
  { lastInvocation, invocations, condition }: Omit<Discard, 'condition'> & { readonly condition: string },
  batch: { readonly batchSize: number; readonly payloadSize: number } & Readonly<Record<string, unknown>>,
  now: Date,
) {
  const { batchSize, payloadSize, ...records } = batch;
  return {
    requestContext: {
      requestId: lastInvocation?.requestId ?? null,
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    responseContext: lastInvocation
      ? {
          statusCode: 200,
          executedVersion: lastInvocation.executedVersion,
          functionError: lastInvocation.functionError ?? null,
        }
      : null,
    version: '1.0',
    timestamp: now.toISOString(),
    KafkaBatchInfo: { batchSize, eventSourceArn: mapping.eventSourceArn, bootstrapServers, payloadSize, ...records },
  };
}

/** A producer may set any 64-bit number, also one that is no time: that is told in milliseconds. */
export function timeOf({ timestamp }: Pick<KafkaRecord, 'timestamp'>): string {
  const time = new Date(timestamp);
  return Number.isNaN(time.getTime()) ? String(timestamp) : time.toISOString();
}
