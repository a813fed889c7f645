import { backoffMs } from '../../../../tooling/timing.ts';
import { MAX_RECORDS_BYTES } from './kafka-event.ts';
import type { KafkaRecord } from './kafka-record.ts';
import type { EventSourceMappingDefinition } from './mapping-definition.ts';

export interface DeliveryPolicy {
  /** Without the first attempt; -1 means no limit. */
  readonly maximumRetryAttempts: number;
  /** -1 means no limit. */
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
}

/** AWS's cap for a mapping with unlimited retries and an on-failure destination. */
const RETRIES_WITH_DESTINATION = 10;

/** How a mapping treats failures, with AWS's cap applied. */
export function deliveryPolicy(mapping: EventSourceMappingDefinition): DeliveryPolicy {
  const { maximumRetryAttempts, maximumRecordAgeInSeconds, bisectBatchOnFunctionError } = mapping;
  const destination = mapping.onFailureTopic ?? mapping.onFailureBucket;
  const capped = maximumRetryAttempts === -1 && destination !== undefined;
  return {
    maximumRetryAttempts: capped ? RETRIES_WITH_DESTINATION : maximumRetryAttempts,
    maximumRecordAgeInSeconds,
    bisectBatchOnFunctionError,
  };
}

export type DiscardCondition = 'RetriesExhausted' | 'RecordAgeExceeded' | 'MaximumPayloadSizeExceeded';

export interface InvocationTrace {
  readonly requestId: string;
  readonly executedVersion: string;
  readonly functionError?: string;
}

export type Step =
  | { readonly kind: 'invoke'; readonly records: readonly KafkaRecord[]; readonly afterMs: number }
  | {
      readonly kind: 'discard';
      readonly records: readonly KafkaRecord[];
      readonly condition: DiscardCondition;
      readonly invocations: number;
      readonly lastInvocation: InvocationTrace | undefined;
    }
  | { readonly kind: 'done' };

export type Outcome =
  /** The function ran and reported which records failed, if any. */
  | { readonly kind: 'reported'; readonly failed: readonly KafkaRecord[]; readonly invocation: InvocationTrace }
  /** The function failed as a whole. */
  | { readonly kind: 'function-error'; readonly invocation: InvocationTrace }
  /** The function did not run, for example because it is throttled. This counts as no attempt. */
  | { readonly kind: 'not-invoked' };

interface Part {
  records: readonly KafkaRecord[];
  /** Those that count towards the retry limit. */
  attempts: number;
  /** In a row, for the backoff. */
  failures: number;
  invocations: number;
  lastInvocation: InvocationTrace | undefined;
}

/**
 * Decides what happens to one batch until each record is processed or discarded. It does nothing itself: the caller carries
 * out the {@link next} step and reports the {@link settle outcome}.
 */
export class Delivery {
  readonly #policy: DeliveryPolicy;
  #parts: Part[];

  constructor(records: readonly KafkaRecord[], policy: DeliveryPolicy) {
    this.#policy = policy;
    this.#parts = [{ records, attempts: 0, failures: 0, invocations: 0, lastInvocation: undefined }];
  }

  /** @param now epoch milliseconds, for the age of records */
  next(now: number): Step {
    const part = this.#parts[0];
    if (!part) return { kind: 'done' };
    if (part.records.length === 0) {
      this.#parts.shift();
      return this.next(now);
    }
    const { maximumRetryAttempts: retries, maximumRecordAgeInSeconds: maximumAge } = this.#policy;
    if (retries >= 0 && part.attempts > retries) return this.#discard(part, () => true, 'RetriesExhausted');
    const tooOld = (record: KafkaRecord) => maximumAge >= 0 && now - record.timestamp > maximumAge * 1000;
    if (part.records.some(tooOld)) return this.#discard(part, tooOld, 'RecordAgeExceeded');
    // Batches are cut to fit, so this record does not even fit on its own.
    const tooLarge = (record: KafkaRecord) => record.eventBytes > MAX_RECORDS_BYTES;
    if (part.records.some(tooLarge)) return this.#discard(part, tooLarge, 'MaximumPayloadSizeExceeded');
    return { kind: 'invoke', records: part.records, afterMs: part.failures === 0 ? 0 : backoffMs(part.failures) };
  }

  /** Reports the outcome of the last `invoke` step. */
  settle(outcome: Outcome): void {
    const part = this.#parts[0];
    if (!part) return;
    if (outcome.kind === 'not-invoked') {
      part.failures += 1;
      return;
    }
    part.invocations += 1;
    part.lastInvocation = outcome.invocation;
    if (outcome.kind === 'reported') {
      part.records = outcome.failed;
    } else if (this.#policy.bisectBatchOnFunctionError && part.records.length > 1) {
      this.#bisect(part);
      return;
    }
    part.attempts += 1;
    part.failures += 1;
  }

  /** As for streams, bisecting uses up no retries: good records are not discarded because of a bad neighbour. */
  #bisect(part: Part): void {
    const middle = Math.ceil(part.records.length / 2);
    const halves = [part.records.slice(0, middle), part.records.slice(middle)];
    this.#parts.splice(0, 1, ...halves.map((records) => ({ ...part, records })));
  }

  #discard(part: Part, doomed: (record: KafkaRecord) => boolean, condition: DiscardCondition): Step {
    const records = part.records.filter(doomed);
    part.records = part.records.filter((record) => !doomed(record));
    const { invocations, lastInvocation } = part;
    return { kind: 'discard', records, condition, invocations, lastInvocation };
  }
}
