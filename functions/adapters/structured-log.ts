import type { Log, LogFields } from '../domain/ports.ts';

/**
 * Writes one JSON object per line with `timestamp` and `level`, the keys by which Lambda filters structured logs, and
 * the id of the request being served. An execution environment serves one request at a time, so one log is enough.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
 */
export class StructuredLog implements Log {
  #requestId: string | undefined;
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void = (line) => process.stdout.write(line)) {
    this.#write = write;
  }

  /** Every line from here on carries this request id. */
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

/**
 * What a log line tells about an error. A fixed choice of fields: drivers put more into their errors, and some of it,
 * such as the row that a database refused, belongs in no log.
 */
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
