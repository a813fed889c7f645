import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isRunning, temporaryFolder } from './lambda-fixture.ts';

describe('when the runner is killed', () => {
  it.each([
    ['never yields', 'while (true);'],
    ['is frozen', ''],
  ])('its functions end as well, even one that %s', async (_, then) => {
    const codeDir = await temporaryFolder({
      'index.mjs': `export const handler = async () => {
        process.stdout.write(\`pid \${process.pid}\\n\`);
        ${then}
      };`,
    });
    const program = `
      import { Lambda } from ${JSON.stringify(new URL('./service.ts', import.meta.url).href)};
      import { silentLog } from ${JSON.stringify(new URL('../../../tooling/log-fixture.ts', import.meta.url).href)};
      const log = { ...silentLog, info: console.log, child: () => log, forRequest: () => log };
      const run = { stacks: [], settings: { inspect: new Map(), processLimits: true, source: { kind: 'assembly' }, dataDir: ${JSON.stringify(codeDir)} }, log, authorities: async () => ({ certificatePem: ${JSON.stringify(rootCertificates[0])} }) };
      const service = new Lambda(run, { iam: {}, ec2: { connections: { viewOf() {}, attach() {} } }, endpoint: { url: 'http://127.0.0.1' }, responses: { port: 443 } });
      await service.open();
      service.put({ name: 'f', arn: 'f', label: 'f', codeDir: ${JSON.stringify(codeDir)}, handler: 'index.handler', runtime: 'nodejs24.x',
        timeoutSeconds: 60, memoryMb: 128, environment: {}, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, logFormat: 'Text' }, {});
      await service.invoke('f', '{}');
      setInterval(() => {}, 1_000);`;
    const runner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['inherit', 'pipe', 'inherit'],
    });
    onTestFinished(() => void runner.kill('SIGKILL'));
    let output = '';
    runner.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const pidInOutput = () => Number(/^pid (\d+)$/m.exec(output)?.[1]);
    await expect.poll(pidInOutput).toBeGreaterThan(0);
    const pid = pidInOutput();
    expect(isRunning(pid)).toBe(true);
    if (then === '' && process.platform === 'linux') {
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') T ');
    }

    runner.kill('SIGKILL');
    await once(runner, 'exit');
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});
