import { printableLines } from './printable.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** By the levels of Lambda's logs. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html */
export const LAMBDA_LEVELS: Readonly<Record<string, Level>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  FATAL: 'error',
};

/** The ids of a request, as whoever has sent it knows them. */
export interface RequestIds {
  readonly requestId: string;
  readonly traceId?: string | undefined;
}

/** One message of a log. */
export interface LogEntry {
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly level: Level;
  /** Who says it, such as `kafka` or a function. */
  readonly source: string;
  /** Of the request that it is about. */
  readonly request?: RequestIds | undefined;
  /** May have several lines. */
  readonly text: string;
}

/** Begins the further lines of a message. */
const CONTINUED = '| ';
const FILE_LINE = /^(\S{24}) (debug|info|warn|error) +(?:\[(\S+)(?: (\S+))?\] )?(\S+) (.*)$/;

/** An entry as a log file keeps it. */
export function fileText({ time, level, source, request, text }: LogEntry): string {
  const head = `${time} ${level.padEnd(5)} ${idsText(request)}${source} `;
  return `${head}${printableLines(text).join(`\n${head}${CONTINUED}`)}\n`;
}

/** Before the source, whose name begins with no bracket: messages begin with anything. */
function idsText(request: RequestIds | undefined): string {
  if (request === undefined) return '';
  return `[${[request.requestId, request.traceId].filter((id) => id !== undefined).join(' ')}] `;
}

/** The entries of a log file's text; a line of another form is passed over. */
export function* entriesIn(fileText: string): Generator<LogEntry> {
  let entry: LogEntry | undefined;
  for (const line of fileText.split('\n')) {
    const [, time = '', level, requestId, traceId, source = '', text = ''] = FILE_LINE.exec(line) ?? [];
    if (level === undefined) continue;
    if (entry?.time === time && entry.source === source && text.startsWith(CONTINUED)) {
      entry = { ...entry, text: `${entry.text}\n${text.slice(CONTINUED.length)}` };
      continue;
    }
    if (entry !== undefined) yield entry;
    const request =
      requestId === undefined ? {} : { request: { requestId, ...(traceId !== undefined && { traceId }) } };
    entry = { time, level: level as Level, source, ...request, text };
  }
  if (entry !== undefined) yield entry;
}

/** The object that a function's structured line is; empty for any other text. */
export function structured(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith('{')) return {};
  try {
    return JSON.parse(text);
  } catch {
    return {}; // not JSON after all
  }
}

/** Whether Lambda itself wrote a line. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html */
export function isPlatformLine({ type, record }: Readonly<Record<string, unknown>>): boolean {
  return typeof type === 'string' && type.startsWith('platform.') && typeof record === 'object' && record !== null;
}
