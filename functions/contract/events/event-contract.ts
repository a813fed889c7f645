import * as z from 'zod/mini';
import type { OrderEvent } from '../../domain/events.ts';
import { exactNumber, parseJsonExactly } from '../../domain/json.ts';
import { formatMoney, parseMoney } from '../../domain/money.ts';
import { MOST_SHARDS } from '../../domain/shard-map.ts';
import '../zod-messages.ts';

/** How producers write an event and consumers read it. */
export interface EventContract<Event extends OrderEvent> {
  /** `event_type` in the value and `ce_type` in the headers. */
  readonly type: string;
  /** `ce_source` in the headers. */
  readonly source: string;
  /** JSON, with amounts in exact digits. @throws ZodError when the event breaks its contract */
  encode(event: Event): string;
  /** @throws SyntaxError when it is not JSON; TypeError with the reason when it is not this event */
  decode(text: string): Event;
}

/** @param value between the JSON object of a record's value and the event */
export function eventContract<Event extends OrderEvent>(
  type: string,
  source: string,
  value: z.ZodMiniType<Event, object>,
): EventContract<Event> {
  return {
    type,
    source,
    encode: (event) =>
      JSON.stringify(z.encode(value, event), (_key, field) =>
        typeof field === 'bigint' ? exactNumber(formatMoney(field)) : field,
      ),
    decode: (text) => {
      // A total may have more digits than a double holds, so it is read from the text.
      const json = parseJsonExactly(text, (key, digits, number) =>
        key === 'total' ? (parseMoney(digits) ?? number) : number,
      );
      const result = value.safeParse(json);
      if (!result.success) throw new TypeError(`Not an ${type} event: ${z.prettifyError(result.error)}`);
      return result.data;
    },
  };
}

/** Where an order was placed. The consumers may not know that shard yet. */
export const shardNumber = z.int().check(z.positive(), z.maximum(MOST_SHARDS));

/** RFC 3339. */
export const timestamp = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
