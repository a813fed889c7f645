import type { EventContract } from '../../contract/events/event-contract.ts';
import type { OrderEvent } from '../../domain/events.ts';
import type { TopicMessage } from '../../domain/topic-records.ts';

/**
 * The event as a message keyed by user, which keeps a user's events in order. CloudEvents, Kafka binding, binary mode:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 *
 * @param trace W3C trace context; it belongs to the transport, so its header has no `ce_`
 */
export function cloudEventMessage<Event extends OrderEvent>(
  { type, source, encode }: EventContract<Event>,
  event: Event,
  trace?: string,
): TopicMessage {
  return {
    key: event.userId,
    value: encode(event),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_type: type,
      ce_source: source,
      ce_id: event.orderId,
      ce_time: event.timestamp.toISOString(),
      ...(trace && { traceparent: trace }),
    },
  };
}

/**
 * The trace of the current invocation as a W3C `traceparent`, or undefined. Lambda passes it in X-Ray's form, in a variable
 * that changes with each invocation.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 * https://www.w3.org/TR/trace-context/#traceparent-header
 *
 * @param header `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=<0 or 1>`, in any order, perhaps with other fields
 */
export function traceparent(header = process.env._X_AMZN_TRACE_ID): string | undefined {
  const fields = new Map(header?.split(';').map((field) => field.split('=', 2) as [string, string | undefined]));
  const root = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(fields.get('Root') ?? '');
  const parent = /^[0-9a-f]{16}$/.exec(fields.get('Parent') ?? '');
  if (root === null || parent === null) return undefined;
  return `00-${root[1]}${root[2]}-${parent[0]}-${fields.get('Sampled') === '1' ? '01' : '00'}`;
}
