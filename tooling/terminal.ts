import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';
import { LRUCache } from 'lru-cache';
import { entryText } from './entry-text.ts';
import type { LogEntry } from './log-entry.ts';

/** A request that only reads and succeeded. An open page may send the same one every second. */
const READ = /^(GET|HEAD|OPTIONS) \S+ [123]\d\d /;
/** How often such a request is shown, until it has not come for as long as a hidden page waits. */
const SHOWN_READS = 2;
const POLL_MS = 90_000;
const MOST_READS = 500;

const DURATION = /\b\d+(\.\d+)? m?s\b/g;
const REWRITE_LAST_LINE = '\u001b[1A\u001b[2K';

/** A line of the terminal that may come again. */
interface LastLine {
  readonly key: string;
  readonly text: string;
  readonly times: number;
  /** Written to the stream by then. */
  readonly bytes: number | undefined;
}

/**
 * Shows the entries of a log to a person. On a terminal, an entry that differs from the one before in its times and ids alone is counted on the
 * same line; elsewhere each has a line.
 */
export class Terminal {
  /** Leaves out the entries of a source. */
  isHidden: (source: string) => boolean = () => false;
  readonly #stream: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows' | 'bytesWritten'>>;
  /** How often each read has come. */
  readonly #reads = new LRUCache<string, number>({
    max: MOST_READS,
    ttl: POLL_MS,
    perf: { now: () => performance.now() },
  });
  #last: LastLine | undefined;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  /** Shows an entry of level `info` or above, or of a request, unless that is one of many. */
  show(entry: LogEntry): void {
    const isRead = entry.request !== undefined && READ.test(entry.text);
    if ((entry.level === 'debug' && !isRead) || this.isHidden(entry.source)) return;
    const key = `${entry.source} ${entry.level} ${entry.text.replace(DURATION, '')}`;
    const times = (isRead ? this.#reads.get(key) : 0) ?? 0;
    if (isRead) this.#reads.set(key, times + 1);
    const repeated = this.#repeated(key);
    if (repeated === undefined && times >= SHOWN_READS) return;
    this.#write(key, entryText(entry, this.#stream), repeated);
  }

  /** Shows a text that is no entry of the log. */
  print(text: string): void {
    this.#last = undefined;
    this.#stream.write(`${text}\n`);
  }

  /** Empties the screen; what was on it can be scrolled back to. */
  clear(): void {
    this.#last = undefined;
    this.#stream.write(`${'\n'.repeat(this.#stream.rows ?? 1)}\u001b[H\u001b[J`);
  }

  /** @returns the last line, if it is still the last one, is the same, and takes one row of the screen */
  #repeated(key: string): LastLine | undefined {
    const { isTTY = false, columns = 0, bytesWritten } = this.#stream;
    const last = this.#last;
    if (!isTTY || process.env.TERM === 'dumb' || last?.key !== key || last.bytes !== bytesWritten) return undefined;
    const isOneRow = !last.text.includes('\n') && stripVTControlCharacters(last.text).length < columns;
    return isOneRow ? last : undefined;
  }

  #write(key: string, text: string, repeated: LastLine | undefined): void {
    const times = (repeated?.times ?? 0) + 1;
    const count = times === 1 ? '' : styleText('dim', ` (${times} times)`, { stream: this.#stream });
    this.#stream.write(`${repeated === undefined ? '' : REWRITE_LAST_LINE}${text}${count}\n`);
    this.#last = { key, text: `${text}${count}`, times, bytes: this.#stream.bytesWritten };
  }
}
