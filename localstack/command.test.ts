import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../tooling/errors.ts';
import { REPOSITORY } from '../tooling/paths.ts';
import { parseLocalStackCommand } from './command.ts';

const parse = (...args: string[]) => parseLocalStackCommand(args, { ORDERFLOW_CACHE_DIR: '/cache' });

describe('the command line of npm run localstack', () => {
  it.each(['up', 'deploy', 'status', 'logs', 'destroy'])('takes %s', (verb) => {
    expect(parse(verb)).toMatchObject({ verb, noDocker: false, follow: false, cacheDir: '/cache' });
  });

  it('keeps everything about LocalStack in a folder of its own', () => {
    expect(parse('up')?.dataDir).toBe(join(REPOSITORY, '.orderflow/localstack'));
    expect(parse('up', '--data-dir', '/elsewhere')?.dataDir).toBe('/elsewhere/localstack');
  });

  it('takes --no-docker with up, and --follow with logs', () => {
    expect(parse('up', '--no-docker')?.noDocker).toBe(true);
    expect(parse('logs', '-f')?.follow).toBe(true);
  });

  it('asks for nothing but the help with --help', () => {
    expect(parse('up', '--help')).toBeUndefined();
  });

  it.each([
    [[], 'Say what to do: up, deploy, status, logs, destroy.'],
    [['start'], 'There is no command start.'],
    [['up', 'now'], 'up takes nothing but options; got "now".'],
    [['deploy', '--no-docker'], '--no-docker goes with up; the other commands find what is up by themselves.'],
    [['up', '--follow'], '--follow goes with logs.'],
    [['up', '--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (args, sentence) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(sentence);
  });
});
