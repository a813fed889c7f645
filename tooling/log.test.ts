import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog, type Log } from './log.ts';
import { entriesIn } from './log-entry.ts';
import { Terminal } from './terminal.ts';

function temporaryFile(): string {
  const dir = mkdtempSync(join(tmpdir(), 'log-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'run.log');
}

async function logged(file: string, line: string): Promise<void> {
  createLog({ source: 'test', file, terminal: new Terminal(new PassThrough()) }).info(line);
  await expect.poll(() => readFileSync(file, 'utf8')).toContain(line);
}

/** What a message is in the file, without its time, and on the terminal. */
async function written(log: (logger: Log) => void) {
  const file = temporaryFile();
  const terminal = new PassThrough().setEncoding('utf8');
  log(createLog({ source: 'aws', file, terminal: new Terminal(terminal) }));
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('\n');
  const inFile = readFileSync(file, 'utf8').trimEnd().split('\n');
  return {
    inFile: inFile.map((line) => line.replace(/^\S{24} /, '')),
    onTerminal: stripVTControlCharacters(String(terminal.read() ?? ''))
      .trimEnd()
      .split('\n'),
  };
}

const moduleUrl = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('what clients and functions write', () => {
  it('neither steers the terminal nor forges a line of the log', async () => {
    const key = 'MARK\n2026-01-01T00:00:00.000Z error orderflow forged\u001b[2J\u009b1A\u202e';
    const { inFile, onTerminal } = await written((log) => log.info('no access key %s', key));
    const text = ['no access key MARK', '| 2026-01-01T00:00:00.000Z error orderflow forged\\u001b[2J\\u009b1A\\u202e'];
    expect(inFile).toEqual(text.map((line) => `info  aws ${line}`));
    expect(onTerminal).toEqual(text.map((line) => `${'aws'.padEnd(16)} ${line}`));
  });

  it('is harmless in a structured line, too, whose message is shown first', async () => {
    const entry = JSON.stringify({ level: 'WARN', message: 'user \u001b[2Ja\nb', note: '\u009b\u202e' });
    const { inFile, onTerminal } = await written((log) => log.warn(entry));
    expect(inFile).toEqual([`warn  aws ${entry.replace('\u009b', '\\u009b').replace('\u202e', '\\u202e')}`]);
    expect(onTerminal).toEqual([
      `${'aws'.padEnd(16)} user \\u001b[2Ja`,
      `${'aws'.padEnd(16)} | b  note=\\u009b\\u202e`,
    ]);
  });
});

describe('the log file', () => {
  it('can be read back, each message whole', async () => {
    const file = temporaryFile();
    const log = createLog({ source: 'a', file, terminal: new Terminal(new PassThrough()) });
    log.info('one\ntwo | three');
    const [ids, onlyOne] = [{ requestId: 'r-1', traceId: '1-a-b' }, { requestId: 'r-2' }];
    log.child('b').forRequest(ids).error('[r-3 1-c-d] api four\nfive');
    log.forRequest(onlyOne).child('c').info('six');
    await log.close();
    const entries = [...entriesIn(readFileSync(file, 'utf8'))];
    expect(entries.map(({ level, source, request, text }) => [level, source, request, text])).toEqual([
      ['info', 'a', undefined, 'one\ntwo | three'],
      ['error', 'b', ids, '[r-3 1-c-d] api four\nfive'],
      ['info', 'c', onlyOne, 'six'],
    ]);
  });

  it('has everything once the log is closed, and takes nothing more', async () => {
    const file = temporaryFile();
    const terminal = new PassThrough().setEncoding('utf8');
    const log = createLog({ source: 'test', file, terminal: new Terminal(terminal) });
    for (let index = 0; index < 500; index += 1) log.debug(`line ${index}`);
    await log.close();
    log.info('afterwards');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([500, expect.stringContaining('line 499')]);
    expect(String(terminal.read())).toContain('afterwards');
  });

  it.each([
    ['exits', 'process.exit(0)'],
    ['fails', "throw new Error('a crash')"],
    ['fails while a write is under way', "await setTimeout(20); log.debug('line 500'); throw new Error('a crash')"],
  ])('has every line, in order and once, when the process %s', (_, end) => {
    const file = temporaryFile();
    const program = `
      import { setTimeout } from 'node:timers/promises';
      import { createLog } from ${moduleUrl('./log.ts')};
      import { Terminal } from ${moduleUrl('./terminal.ts')};
      const log = createLog({ source: 'test', file: ${JSON.stringify(file)}, terminal: new Terminal(process.stdout) });
      for (let index = 0; index < 500; index++) log.debug('line %d %s', index, 'x'.repeat(10_000));
      ${end}`;
    spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    const numbers = readFileSync(file, 'utf8').match(/(?<= line )\d+/g);
    expect(numbers?.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, index) => String(index)));
    expect(numbers?.slice(500)).toEqual(end.includes('line 500') ? ['500'] : []);
  });

  it('need not be', async () => {
    const terminal = new PassThrough().setEncoding('utf8');
    createLog({ source: 'test', terminal: new Terminal(terminal) }).info('%d orders', 3);
    await expect.poll(() => String(terminal.read())).toContain('3 orders');
  });

  it("keeps that of the last run beside it, both for their owner's eyes alone", async () => {
    const file = temporaryFile();
    writeFileSync(file, 'crashed', { mode: 0o644 });
    await logged(file, 'begun');
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('crashed');
    expect([modeOf(file), modeOf(`${file}.1`)]).toEqual([0o600, 0o600]);
  });

  it('is given up when the disk is full, which the terminal is told once', () => {
    const program = `
      import { setTimeout } from 'node:timers/promises';
      import { createLog } from ${moduleUrl('./log.ts')};
      import { Terminal } from ${moduleUrl('./terminal.ts')};
      const log = createLog({ source: 'test', file: ${JSON.stringify(temporaryFile())}, terminal: new Terminal(process.stdout) });
      for (let index = 0; index < 20; index++) {
        log.debug('x'.repeat(1000));
        await setTimeout(1);
      }
      log.info('still there');`;
    // The largest file that the shell allows its children, in blocks of 512 or 1024 bytes, stands for the full disk.
    const { stdout, status } = spawnSync(
      '/bin/sh',
      ['-c', 'ulimit -f 1; exec "$0" --input-type=module -e "$1"', process.execPath, program],
      { encoding: 'utf8' },
    );
    expect(status).toBe(0);
    expect(stdout.match(/no longer writing the log file: EFBIG/g)).toHaveLength(1);
    expect(stdout).toContain('still there');
  });
});
