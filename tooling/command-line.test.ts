import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureText, nonEmpty, port, wholeNumber } from './command-line.ts';
import { UserError } from './errors.ts';
import { REPOSITORY } from './paths.ts';
import { tableLines } from './table.ts';

function run(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(REPOSITORY, script), ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

describe('a command', () => {
  it('says what is wrong with its command line, how to learn more, and exits with 2', () => {
    expect(run('scripts/reset.ts', '--al')).toEqual({
      status: 2,
      stdout: '',
      stderr: "error: unknown option '--al'.\nRun `npm run reset -- --help` for usage.\n",
    });
    expect(run('scripts/reset.ts', '--data-dir=')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/must not be empty/),
    });
    expect(run('scripts/reset.ts', 'word')).toMatchObject({ status: 2, stderr: expect.stringContaining('word') });
    expect(run('scripts/start.ts', '--api-port', 'x')).toMatchObject({ status: 2, stdout: '' });
  });

  it.each([
    ['scripts/start.ts', ['--api-prt', '1'], "unknown option '--api-prt'."],
    ['scripts/start.ts', ['word'], 'too many arguments. Expected 0 arguments but got 1: word.'],
    ['scripts/start.ts', ['--api-port', 'x'], 'It must be a port number, 0 to 65535.'],
    ['scripts/verify/main.ts', [], "required option '--url <base>' not specified."],
    ['scripts/dlt/main.ts', ['frob'], "unknown command 'frob'."],
    ['scripts/dlt/main.ts', ['replay'], "missing required argument 'id'."],
    ['scripts/chaos/main.ts', ['--seed'], "option '--seed <n>' argument missing."],
    ['localstack/main.ts', ['up', '--x'], "unknown option '--x'."],
  ])('%s %j is told so in a sentence', (script, args, sentence) => {
    const { status, stderr } = run(script, ...args);
    const [line = ''] = stderr.split('\n');
    expect({ status, line }).toEqual({ status: 2, line: expect.stringMatching(/^error: .*\.$/) });
    expect(line.endsWith(sentence)).toBe(true);
  });

  it('shows its help on stderr and exits with 2 when the subcommand is missing', () => {
    const { status, stdout, stderr } = run('scripts/dlt/main.ts');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: npm run dlt -- /);
  });

  it('says in a sentence what went wrong, and exits with 1', () => {
    const stderr = `${import.meta.dirname} is not the data folder of a run. Nothing was removed.\n`;
    expect(run('scripts/reset.ts', '--data-dir', import.meta.dirname)).toEqual({ status: 1, stdout: '', stderr });
  });

  it('shows its help, with exit codes and variables', () => {
    const help = run('scripts/reset.ts', '-h');
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: npm run reset -- \[options\]/);
    expect(help.stdout).toContain('ORDERFLOW_DATA_DIR');
    expect(help.stdout).toContain('Exit codes: 0 success, 1 failure, 2 wrong usage.');
  });
});

describe('what a command prints', () => {
  it('of a failure, does not steer the terminal', () => {
    expect(failureText(new UserError('It responded:\n\u001b[2J'))).toBe('It responded:\n\\u001b[2J');
    expect(failureText(new Error('\u001b[2J\u009b'))).toMatch(/^Error: \\u001b\[2J\\u009b\n {4}at /);
  });

  it('in a table, is one line for each row', () => {
    expect(tableLines([['a\n\u001b[2J', 1]])).toEqual(['a\\u000a\\u001b[2J  1']);
  });
});

describe("an option's value", () => {
  it('is parsed', () => {
    expect(port('65535')).toBe(65_535);
    expect(wholeNumber(1)('20000')).toBe(20_000);
    expect(nonEmpty(' ')).toBe(' ');
  });

  it.each([
    [() => port('65536'), '0 to 65535'],
    [() => port('-1'), '0 to 65535'],
    [() => wholeNumber(1)('0'), '1 or more'],
    [() => wholeNumber(0)('1e3'), '0 or more'],
    [() => wholeNumber(1, 26)('27'), '1 to 26'],
    [() => nonEmpty(''), 'must not be empty'],
  ])('is refused: %s', (parse, problem) => {
    expect(parse).toThrow(problem);
  });
});
