import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Level, LogEntry } from './log-entry.ts';
import { Terminal } from './terminal.ts';

/** What a terminal with so many columns shows of what is written. */
function screen({ isTTY = true, columns = 80 } = {}) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns, rows: 24, bytesWritten: 0 });
  const lines: string[] = [];
  stream.on('data', (chunk: Buffer) => {
    stream.bytesWritten += chunk.length;
    const text = String(chunk);
    if (text.startsWith('\u001b[1A\u001b[2K')) lines.pop();
    lines.push(...stripVTControlCharacters(text).trimEnd().split('\n'));
  });
  const terminal = new Terminal(stream);
  const show = (text: string, more: Partial<LogEntry> = {}) =>
    terminal.show({ time: 't', level: 'info', source: 'api', text, ...more });
  return { terminal, stream, lines, show };
}

const column = (text: string) => `${'api'.padEnd(16)} ${text}`;
const request = { requestId: '0f0cd08b-534d' };
const read = (show: ReturnType<typeof screen>['show'], ms = 3) =>
  show(`GET /api/overview 200 ${ms} ms overview`, { level: 'debug', request });
const READ = column('GET /api/overview 200 3 ms overview  #0f0cd08b');

describe('an entry that comes again', () => {
  it('is counted on its line, whatever its times are', () => {
    const { lines, show } = screen();
    for (const ms of [58, 7, 12]) show(`POST /a 201 ${ms} ms create-order`);
    show('another');
    show('POST /a 201 9 ms create-order');
    expect(lines).toEqual([
      column('POST /a 201 12 ms create-order (3 times)'),
      column('another'),
      column('POST /a 201 9 ms create-order'),
    ]);
  });

  it('is a line of its own after a text of something else, and when it takes several rows', () => {
    const { lines, show, stream, terminal } = screen({ columns: 40 });
    show('short');
    stream.write('of the program\n');
    show('short');
    terminal.print('of a key');
    show('short');
    const long = 'x'.repeat(40);
    show(long);
    show(long);
    expect(lines).toEqual([
      column('short'),
      'of the program',
      column('short'),
      'of a key',
      column('short'),
      column(long),
      column(long),
    ]);
  });

  it.each([
    ['that is no terminal', { isTTY: false }, undefined],
    ['that cannot move its cursor', {}, 'dumb'],
  ])('is a line of its own on an output %s', (_, options, term) => {
    vi.stubEnv('TERM', term);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { lines, show } = screen(options);
    show('again');
    show('again');
    expect(lines).toEqual([column('again'), column('again')]);
  });
});

describe('a request that only reads and succeeds', () => {
  it('is shown, though its level is debug, and counted', () => {
    const { lines, show } = screen();
    for (const _ of [1, 2, 3]) read(show);
    expect(lines).toEqual([`${READ} (3 times)`]);
  });

  it('is left out once it comes again and again between other lines, until it has paused', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    // A time of zero stands for none.
    vi.advanceTimersByTime(1);
    const { lines, show } = screen();
    const round = () => {
      read(show);
      show('other', { source: 'x' });
    };
    for (const _ of [1, 2, 3, 4]) round();
    expect(lines.filter((line) => line === READ)).toHaveLength(2);
    vi.advanceTimersByTime(120_000);
    round();
    expect(lines.filter((line) => line === READ)).toHaveLength(3);
  });

  it.each<[string, string, Level]>([
    ['a refused read', 'GET /api/overview 403 1 ms', 'info'],
    ['a request that changes something', 'POST /a 201 1 ms', 'info'],
  ])('is alone in that: %s is always shown', (_, text, level) => {
    const { lines, show } = screen();
    for (const other of ['1', '2', '3', '4']) {
      show(text, { level, request });
      show(other);
    }
    expect(lines).toHaveLength(8);
  });
});

it('other entries of level debug, and those of hidden sources, are left out', () => {
  const { lines, show, terminal } = screen();
  show('GET /a 200 3 ms', { level: 'debug' });
  terminal.isHidden = (source) => source === 'create-order';
  show('hidden', { source: 'create-order' });
  show('shown');
  expect(lines).toEqual([column('shown')]);
});

it('clearing empties the screen, and keeps what was there to scroll back to', () => {
  const { lines, show, terminal, stream } = screen();
  show('one');
  const before = stream.bytesWritten;
  terminal.clear();
  expect(stream.bytesWritten - before).toBe(24 + '\u001b[H\u001b[J'.length);
  show('one');
  expect(lines.at(-1)).toBe(column('one'));
});
