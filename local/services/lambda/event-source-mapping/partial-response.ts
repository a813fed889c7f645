import { z } from 'zod';
import { partitionName } from './kafka-event.ts';
import type { KafkaRecord } from './kafka-record.ts';

const partialResponse = z
  .object({
    batchItemFailures: z
      .array(z.object({ itemIdentifier: z.object({ partition: z.string(), offset: z.int() }) }))
      .nullish(),
  })
  .or(z.literal('').transform(() => null))
  .nullish();

/**
 * The records that a function reports as failed: none for an empty result, all for a report that is malformed or names a
 * record that was not in the event. https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 *
 * @param payload the function's result as JSON
 */
export function failedRecords(payload: string, records: readonly KafkaRecord[]): readonly KafkaRecord[] {
  const parsed = partialResponse.safeParse(parseJson(payload));
  if (!parsed.success) return records;
  const failures = parsed.data?.batchItemFailures ?? [];
  if (failures.length === 0) return [];
  const known = new Map(records.map((record) => [placeOf(partitionName(record), record.offset), record]));
  const reported = new Set(
    failures.map(({ itemIdentifier: { partition, offset } }) => known.get(placeOf(partition, offset))),
  );
  return reported.has(undefined) ? records : records.filter((record) => reported.has(record));
}

function placeOf(partition: string, offset: number): string {
  return `${partition} ${offset}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
