import { relative } from 'node:path';
import { styleText } from 'node:util';
import { printable, printableLines } from './printable.ts';

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

/** One message of a log. */
export interface LogEntry {
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly level: Level;
  /** Who says it, such as `kafka` or a function. */
  readonly source: string;
  /** May have several lines. */
  readonly text: string;
}

/** Begins the further lines of a message. */
const CONTINUED = '| ';
const COLORS = { debug: 'dim', info: 'reset', warn: 'yellow', error: 'red' } as const;
/** `file:line` of a stack's frame in a file of one's own. */
const PLACE = /^\s*at (?:.*\()?(?:file:\/\/)?(\/(?!.*node_modules)[^():]+:\d+):\d+\)?$/;
const FILE_LINE = /^(\S{24}) (debug|info|warn|error) +(\S+) (.*)$/;

/** An entry as a log file keeps it. */
export function fileText({ time, level, source, text }: LogEntry): string {
  const head = `${time} ${level.padEnd(5)} ${source} `;
  return `${head}${printableLines(text).join(`\n${head}${CONTINUED}`)}\n`;
}

/** The entries of a log file's text; a line of another form is passed over. */
export function* entriesIn(fileText: string): Generator<LogEntry> {
  let entry: LogEntry | undefined;
  for (const line of fileText.split('\n')) {
    const [, time = '', level, source = '', text = ''] = FILE_LINE.exec(line) ?? [];
    if (level === undefined) continue;
    if (entry?.time === time && entry.source === source && text.startsWith(CONTINUED)) {
      entry = { ...entry, text: `${entry.text}\n${text.slice(CONTINUED.length)}` };
      continue;
    }
    if (entry !== undefined) yield entry;
    entry = { time, level: level as Level, source, text };
  }
  if (entry !== undefined) yield entry;
}

/**
 * An entry as a person reads it: of a structured line its message, and behind it what else it says, but for stacks and what only CloudWatch
 * reads.
 */
export function terminalText({ level, source, text }: Omit<LogEntry, 'time'>): string {
  const column = `${styleText('dim', source.padEnd(16))} `;
  const { message, ...rest } = inWords(structured(text));
  const isStructured = typeof message === 'string';
  const lines = printableLines(isStructured ? message : text);
  const colored = lines.map((line, index) => styleText(COLORS[level], `${index === 0 ? '' : CONTINUED}${line}`));
  const facts = isStructured ? factsText(rest) : '';
  return `${column}${colored.join(`\n${column}`)}${facts === '' ? '' : styleText('dim', `  ${facts}`)}\n`;
}

/** A line with its message as text: Lambda's own lines have none, and its lines about errors have an object. */
function inWords(line: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { message, type, record } = line;
  if (typeof message === 'object') return { ...line, message: failureOf(message) };
  if (!isPlatformLine(line)) return line;
  const { metrics, ...facts } = record as Record<string, object | undefined>;
  return { message: type, ...facts, ...metrics };
}

/** Whether Lambda itself wrote a line. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html */
export function isPlatformLine({ type, record }: Readonly<Record<string, unknown>>): boolean {
  return typeof type === 'string' && type.startsWith('platform.') && typeof record === 'object' && record !== null;
}

/** An error as Lambda logs it, with its place in the sources. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
function failureOf(message: object | null): string | undefined {
  const { errorType, errorMessage, stackTrace } = (message ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof errorMessage !== 'string') return undefined;
  const frames = Array.isArray(stackTrace) ? stackTrace.map(String) : [];
  const [, place] = frames.map((frame) => PLACE.exec(frame)).find((match) => match !== null) ?? [];
  return `${errorType}: ${errorMessage}${place === undefined ? '' : ` (${relative('.', place)})`}`;
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

/** `name=value` of everything that a person may want to know. */
function factsText({ timestamp, level, _aws, ...facts }: Readonly<Record<string, unknown>>): string {
  const hidden = embeddedNames(_aws);
  return Object.entries(facts)
    .filter(([name]) => !hidden.has(name))
    .map(([name, value]) => printable(`${name}=${typeof value === 'string' ? value : JSON.stringify(value, readable)}`))
    .join(' ');
}

/**
 * The metrics and dimensions of a line in the embedded metric format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function embeddedNames(metadata: unknown): ReadonlySet<string> {
  const definitions = (metadata as { CloudWatchMetrics?: unknown } | undefined)?.CloudWatchMetrics;
  if (!Array.isArray(definitions)) return new Set();
  return new Set(
    definitions.flatMap(({ Dimensions = [], Metrics = [] }) => [
      ...Dimensions.flat(),
      ...Metrics.map(({ Name }: { Name: string }) => Name),
    ]),
  );
}

function readable(key: string, value: unknown): unknown {
  return key === 'stack' ? undefined : value;
}
