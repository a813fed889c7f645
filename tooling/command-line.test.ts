import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFlags } from './command-line.ts';
import { UsageError } from './errors.ts';
import { REPOSITORY } from './paths.ts';

function run(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(REPOSITORY, 'scripts', script), ...args], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { status, stdout, stderr };
}

describe('a command', () => {
  it('says in a sentence what it does not understand, and how to learn more', () => {
    expect(run('reset.ts', '--al')).toEqual({
      status: 2,
      stdout: '',
      stderr: "Unknown option '--al'.\n`npm run reset -- --help` shows what there is.\n",
    });
    expect(run('reset.ts', '--data-dir=')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/must not be empty/),
    });
  });

  it('says in a sentence what went wrong', () => {
    const stderr = `${import.meta.dirname} is no data folder of a run; nothing was removed.\n`;
    expect(run('reset.ts', '--data-dir', import.meta.dirname)).toEqual({ status: 1, stdout: '', stderr });
  });

  it('shows its help', () => {
    const help = run('reset.ts', '-h');
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: npm run reset/);
  });
});

it.each([
  [['--known'], "'--known <value>' argument missing"],
  [['--unknown'], "Unknown option '--unknown'."],
  [['word'], "Unexpected argument 'word'"],
])('flags %j are refused', (args, problem) => {
  const parse = () => parseFlags({ args, options: { known: { type: 'string' } } });
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(problem);
});
