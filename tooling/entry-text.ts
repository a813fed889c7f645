import { styleText } from 'node:util';
import { factsText } from './facts.ts';
import { failureText } from './failure-text.ts';
import { isPlatformLine, type LogEntry, structured } from './log-entry.ts';
import { printableLines } from './printable.ts';

type Style = Parameters<typeof styleText>[0];

const LEVEL_STYLES = { debug: 'dim', info: undefined, warn: 'yellow', error: 'red' } as const;
/** Each source has one of these. */
const SOURCE_STYLES = ['cyan', 'magenta', 'blue', 'green', 'cyanBright', 'magentaBright', 'blueBright'] as const;
const SOURCE_COLUMNS = 16;
/** What `console` writes in a function whose log is text. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
const FUNCTION_LINE = /^\S+Z\t\S+\t[A-Z]+\t([\s\S]*)$/;
/** A text that ends with a failure as JSON: `Invoke Error {...}`. */
const WITH_FAILURE = /^(?:\w+ Error\s+)?(\{"errorType":.*\})$/s;
/** As API Gateway's log has it: method, path, status, time, and what else there is to say. */
const REQUEST = /^([A-Z]+ \S+) (\d)(\d\d) (.*)$/s;
const STATUS_STYLES: Readonly<Record<string, Style>> = { 2: 'green', 3: 'green', 4: 'yellow', 5: 'red' };

/**
 * An entry as a person reads it: of a structured line its message, and behind it what else it says; of a failure its message and its place in
 * the sources; of an id its beginning.
 *
 * @param stream decides on colours, as do `NO_COLOR` and `FORCE_COLOR`
 * @returns without a line feed at its end
 */
export function entryText(
  { level, source, request, text }: Omit<LogEntry, 'time'>,
  stream: NodeJS.WritableStream = process.stdout,
): string {
  const style = (format: Style | undefined, styled: string) =>
    format === undefined ? styled : styleText(format, styled, { stream });
  const column = `${style(sourceStyle(source), source.padEnd(SOURCE_COLUMNS))} `;
  const { message, facts } = said(text);
  const [first = '', ...further] = printableLines(message);
  const lines = [
    requestText(first, style) ?? style(LEVEL_STYLES[level], first),
    ...further.map((line) => style(LEVEL_STYLES[level], `| ${line}`)),
  ];
  const id = request === undefined ? '' : `#${request.requestId.slice(0, 8)}`;
  const rest = [facts, id].filter((part) => part !== '').join('  ');
  return `${column}${lines.join(`\n${column}`)}${rest === '' ? '' : style('dim', `  ${rest}`)}`;
}

/** What a line says first, and what else. */
function said(text: string): { message: string; facts: string } {
  const line = structured(text);
  if (Object.keys(line).length === 0) return { message: functionText(text), facts: '' };
  if (isPlatformLine(line)) {
    const { metrics, ...record } = line.record as Record<string, object | undefined>;
    return { message: String(line.type), facts: factsText({ ...record, ...metrics }) };
  }
  const { message, errorType, errorMessage, stackTrace, ...rest } = line;
  if (typeof message === 'string') return { message, facts: factsText({ ...rest, ...thrown(line) }) };
  const failure = failureText(message);
  if (failure !== undefined) return { message: failure, facts: factsText(rest) };
  return {
    message: factsText({ ...(typeof message === 'object' && message !== null ? message : { message }), ...rest }),
    facts: '',
  };
}

/** The error that Lambda's own `console` puts beside a message. */
function thrown(line: Readonly<Record<string, unknown>>): { error?: unknown } {
  return line.errorType === undefined ? {} : { error: line };
}

/** The message of a line that is no JSON. */
function functionText(text: string): string {
  const [, message = text] = FUNCTION_LINE.exec(text) ?? [];
  const [, failure = ''] = WITH_FAILURE.exec(message) ?? [];
  return failureText(structured(failure)) ?? message;
}

/** A request's line with its status in colour; undefined for any other. */
function requestText(line: string, style: (format: Style | undefined, text: string) => string): string | undefined {
  const [, request, kind = '', status, rest] = REQUEST.exec(line) ?? [];
  const statusStyle = STATUS_STYLES[kind];
  return statusStyle && `${request} ${style(statusStyle, `${kind}${status}`)} ${rest}`;
}

function sourceStyle(source: string): Style | undefined {
  let sum = 0;
  for (const character of source) sum = (sum * 31 + character.charCodeAt(0)) % 997;
  return SOURCE_STYLES[sum % SOURCE_STYLES.length];
}
