import type { TopicMessage } from '../../domain/topics.ts';

/** What every event carries beside its value. */
export interface CloudEvent {
  readonly type: string;
  /** Whose event it is; together with the id it names the event. */
  readonly source: string;
  readonly id: string;
  readonly time: Date;
  /** Events of one key stay in order. */
  readonly key: string;
  /** JSON. */
  readonly value: string;
  /** W3C trace context of whoever publishes it, if there is a trace. */
  readonly traceparent?: string | undefined;
}

/**
 * CloudEvents, Kafka binding, binary mode: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 * The trace is no matter of the event but of its transport, so that its header has no `ce_`.
 */
export function cloudEventMessage({ type, source, id, time, key, value, traceparent }: CloudEvent): TopicMessage {
  return {
    key,
    value,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_type: type,
      ce_source: source,
      ce_id: id,
      ce_time: time.toISOString(),
      ...(traceparent && { traceparent }),
    },
  };
}
