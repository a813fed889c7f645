import type { Breaker } from './breaker.ts';
import type { EventPublisher, ReceiptStore } from './ports.ts';

/** The same store behind a breaker. */
export function guardReceipts(receipts: ReceiptStore, breaker: Breaker): ReceiptStore {
  return { put: (key, text) => breaker.run(() => receipts.put(key, text)) };
}

/** The same publisher behind a breaker. */
export function guardEvents(events: EventPublisher, breaker: Breaker): EventPublisher {
  return {
    publish: (event) => breaker.run(() => events.publish(event)),
    publishAll: (all) => breaker.run(() => events.publishAll(all)),
  };
}
