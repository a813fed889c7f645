import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { REPOSITORY } from '../tooling/paths.ts';
import { localStackCommand, type Verbs } from './command.ts';

const verbs = { up: vi.fn(), deploy: vi.fn(), status: vi.fn(), logs: vi.fn(), destroy: vi.fn() } satisfies Verbs;
const DATA_DIR = join(REPOSITORY, '.orderflow/localstack');

async function run(...args: string[]): Promise<void> {
  const command = localStackCommand(verbs).configureOutput({ writeErr: () => {} });
  for (const verb of command.commands) verb.copyInheritedSettings(command);
  await command.parseAsync(args, { from: 'user' });
}

beforeEach(() => {
  vi.resetAllMocks();
  vi.stubEnv('ORDERFLOW_CACHE_DIR', '/cache');
});
afterEach(() => vi.unstubAllEnvs());

describe('the command line of npm run localstack', () => {
  it.each(['deploy', 'status', 'destroy'] as const)('takes %s', async (verb) => {
    await run(verb);
    expect(verbs[verb]).toHaveBeenCalledExactlyOnceWith(DATA_DIR);
  });

  it('keeps everything about LocalStack in a folder of its own', async () => {
    await run('up', '--data-dir', '/elsewhere');
    expect(verbs.up).toHaveBeenCalledExactlyOnceWith({
      dataDir: '/elsewhere/localstack',
      cacheDir: '/cache',
      docker: true,
    });
  });

  it('takes --no-docker with up, and --follow with logs', async () => {
    await run('up', '--no-docker');
    expect(verbs.up).toHaveBeenCalledExactlyOnceWith({ dataDir: DATA_DIR, cacheDir: '/cache', docker: false });
    await run('logs');
    expect(verbs.logs).toHaveBeenLastCalledWith(DATA_DIR, { follow: false });
    await run('logs', '-f');
    expect(verbs.logs).toHaveBeenLastCalledWith(DATA_DIR, { follow: true });
  });

  it.each([
    [['start'], "unknown command 'start'"],
    [['up', 'now'], "too many arguments for 'up'"],
    [['deploy', '--no-docker'], "unknown option '--no-docker'"],
    [['up', '--follow'], "unknown option '--follow'"],
    [['up', '--fast'], "unknown option '--fast'"],
  ])('refuses %j', async (args, sentence) => {
    await expect(run(...args)).rejects.toThrow(sentence);
  });
});
