import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { waitFor } from '../../testing.ts';
import { isRunning, temporaryFolder } from './lambda-fixture.ts';

describe('when the runner is killed', () => {
  it('its functions end as well, even one that never yields', async () => {
    const codeDir = await temporaryFolder({
      'index.mjs': `import { writeSync } from 'node:fs';
        export const handler = async () => { writeSync(1, 'pid ' + process.pid + '\\n'); while (true); };`,
    });
    const program = `
      import { LambdaService } from ${JSON.stringify(new URL('./lambda-service.ts', import.meta.url).href)};
      const log = { child: () => log };
      log.debug = log.warn = log.error = log.info = (line) => console.log(line);
      const service = new LambdaService({ endpointUrl: 'http://127.0.0.1', region: 'us-east-1', runtimeDir: '/tmp', internet: { trustedCertificates: [], httpsPort: 443 }, log });
      service.put({ name: 'f', arn: 'f', label: 'f', codeDir: ${JSON.stringify(codeDir)}, handler: 'index.handler', runtime: 'nodejs24.x',
        timeoutSeconds: 60, memoryMb: 128, environment: {}, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, logFormat: 'Text' });
      await service.invoke('f', '{}');`;
    const runner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void runner.kill('SIGKILL'));

    const pids: number[] = [];
    createInterface({ input: runner.stdout }).on('line', (line) => {
      if (line.startsWith('pid ')) pids.push(Number(line.slice(4)));
    });
    const pid = await waitFor(() => pids[0]);
    expect(isRunning(pid)).toBe(true);

    runner.kill('SIGKILL');
    await once(runner, 'exit');
    await waitFor(() => !isRunning(pid));
  });
});
