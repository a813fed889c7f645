import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../tooling/errors.ts';
import { requiredUrl, requiredVariable } from './run-service.ts';

describe('a variable of a service', () => {
  it('is what the environment says', () => {
    const variables = { API_URL: 'http://localhost:4566/x', ASSEMBLY: 'a folder' };
    expect(requiredUrl(variables, 'API_URL', 'http://x')).toBe('http://localhost:4566/x');
    expect(requiredVariable(variables, 'ASSEMBLY', 'cdk.out')).toBe('a folder');
  });

  it.each([{}, { API_URL: '' }, { API_URL: 'localhost' }])(
    'is named with an example when it is not usable: %j',
    (env) => {
      const read = () => requiredUrl(env, 'API_URL', 'http://localhost:4566');
      expect(read).toThrow(UserError);
      expect(read).toThrow(/API_URL .*http:\/\/localhost:4566/);
    },
  );
});

describe('a service in a process of its own', () => {
  /** The front door, which waits for nothing. */
  async function startService(variables: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'front-door/main.ts')], {
      env: { PATH: process.env.PATH, ASSEMBLY: 'none', API_URL: 'http://127.0.0.1:1', PORT: '0', ...variables },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output).toContain('is up');
    return { child, output: () => output };
  }

  it('ends in order when it is told to', async () => {
    const { child, output } = await startService();
    child.stdin.end();
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output()).toContain('stops');
  });

  it('ends in order when whoever started it is gone, where it is asked to notice', async () => {
    const { child } = await startService({ END_WITH_STDIN: '1' });
    child.stdout.destroy();
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says what is wrong with its variables', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'front-door/main.ts')], {
      env: { PATH: process.env.PATH, API_URL: 'http://127.0.0.1:1', ASSEMBLY: 'none', PORT: 'http' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(errors).toBe('The environment variable PORT must be a port number, 0 to 65535; got "http".\n');
  });
});
