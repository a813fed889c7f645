import type { MetricFields, Metrics, MetricValues } from '../contract/metrics.ts';
import type { OrderCreated } from '../domain/events.ts';
import type { EventPosition, EventPublisher, LogFields, ReceiptStore } from '../domain/ports.ts';

/** Receipts in memory; `failure` makes each put fail. */
export class MemoryReceipts implements ReceiptStore {
  readonly texts = new Map<string, string>();
  failure: Error | undefined;

  async put(key: string, text: string): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.texts.set(key, text);
  }
}

/** Events in memory; `failure` makes each publish fail. */
export class MemoryEvents implements EventPublisher {
  readonly published: OrderCreated[] = [];
  failure: Error | undefined;

  async publish(event: OrderCreated): Promise<EventPosition> {
    await this.publishAll([event]);
    return { partition: 0, offset: this.published.length - 1 };
  }

  async publishAll(events: readonly OrderCreated[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.published.push(...events);
  }
}

/** Keeps what was logged. */
export class MemoryLog {
  readonly lines: { level: string; message: string; fields: LogFields | undefined }[] = [];

  startRequest(): void {}

  info(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'error', message, fields });
  }
}

/** Keeps the values that were recorded. */
export class MemoryMetrics implements Metrics {
  readonly recorded: { message: string; values: MetricValues; fields: MetricFields | undefined }[] = [];

  record(message: string, values: MetricValues, fields?: MetricFields): void {
    this.recorded.push({ message, values, fields });
  }
}
