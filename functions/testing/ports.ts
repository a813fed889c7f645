import type { MetricFields, Metrics, MetricValues } from '../contract/metrics.ts';
import { ReceiptsUnavailableError } from '../domain/errors.ts';
import type { OrderCreated } from '../domain/events.ts';
import type { EventPosition, EventPublisher, LogFields, ReceiptReader, ReceiptStore } from '../domain/ports.ts';

/** Receipts in memory; `failure` makes each put and read fail. */
export class MemoryReceipts implements ReceiptStore, ReceiptReader {
  readonly texts = new Map<string, string>();
  failure: Error | undefined;

  async put(key: string, text: string): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.texts.set(key, text);
  }

  async read(key: string): Promise<string> {
    const text = this.texts.get(key);
    if (this.failure !== undefined || text === undefined) throw new ReceiptsUnavailableError({ cause: this.failure });
    return text;
  }

  async link(key: string): Promise<string> {
    return `https://receipts.example/${key}?signature`;
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
