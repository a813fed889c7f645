import type { Log, LogFields } from '../domain/ports.ts';
import { mapStacks } from './mapped-stacks.ts';

mapStacks(import.meta.url);

/**
 * Writes one JSON object per line. Lambda filters logs by `timestamp` and `level`. An execution environment serves one request
 * at a time, so one log is enough.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
 */
export class StructuredLog implements Log {
  #requestId: string | undefined;
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void = (line) => process.stdout.write(line)) {
    this.#write = write;
  }

  /** Lines from here on have this request id. */
  startRequest(requestId: string): void {
    this.#requestId = requestId;
  }

  info(message: string, fields?: LogFields): void {
    this.#line('INFO', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#line('WARN', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#line('ERROR', message, fields);
  }

  #line(level: string, message: string, fields: LogFields = {}): void {
    const { error, ...facts } = fields;
    const line = {
      timestamp: new Date().toISOString(),
      level,
      requestId: this.#requestId,
      message,
      ...facts,
      ...(error === undefined ? {} : { error: describeError(error) }),
    };
    this.#write(`${JSON.stringify(line)}\n`);
  }
}

/** A fixed choice of fields: errors of drivers hold more, such as the row that a database rejected, which belongs in no log. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(describeError) } : {}),
  };
}
