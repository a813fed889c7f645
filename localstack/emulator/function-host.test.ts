import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryLog } from '../../tooling/log-fixture.ts';
import { processIdentity } from '../../tooling/processes.ts';
import { FunctionHost, type HostedFunction } from './function-host.ts';

async function startHost(code: string) {
  const codeDir = await mkdtemp(join(tmpdir(), 'function with blanks '));
  onTestFinished(() => rm(codeDir, { recursive: true, force: true }));
  await writeFile(join(codeDir, 'index.mjs'), code);
  const log = memoryLog();
  const host = new FunctionHost({ runtimeDir: codeDir, log });
  onTestFinished(() => host.stop());
  const address = await host.listen();
  const call = (method: string, path: string, body?: object) =>
    fetch(`http://${address}/functions/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  const definition: HostedFunction = {
    name: 'orders',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
    version: '7',
    codeDir,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: 5,
    memoryMb: 128,
    environment: { STAGE: 'dev' },
    credentials: { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' },
    logFormat: 'Text',
    endpointUrl: 'http://127.0.0.1:4566',
    region: 'eu-west-1',
  };
  expect((await call('PUT', 'r1', definition)).status).toBe(204);
  const invoke = async (event: unknown = {}) => {
    const request = {
      requestId: 'id-1',
      functionArn: `${definition.arn}:live`,
      traceId: 'Root=1',
      payload: JSON.stringify(event),
    };
    const response = await call('POST', 'r1/invocations', request);
    const answer = (await response.json()) as { payload?: string; functionError?: string; lines?: string };
    return { status: response.status, ...answer, value: answer.payload && JSON.parse(answer.payload) };
  };
  return { host, address, log, definition, call, invoke };
}

describe('the function host', () => {
  it('runs nothing for those who do not know its key', async () => {
    const { address, definition } = await startHost('export const handler = async () => 1;');
    const [server] = address.split('/');
    for (const path of ['functions/r1', 'key/functions/r1']) {
      const put = { method: 'PUT', body: JSON.stringify(definition) };
      expect((await fetch(`http://${server}/${path}`, put)).status).toBe(404);
      expect((await fetch(`http://${server}/${path}/invocations`, { method: 'POST', body: '{}' })).status).toBe(404);
    }
  });

  it('runs a function with what LocalStack says about it, and answers what it wrote', async () => {
    const { invoke, log } = await startHost(
      `console.log('loaded');
      export const handler = async (event, { functionVersion, awsRequestId, invokedFunctionArn }) => {
        console.log('two\\nlines');
        const { AWS_ENDPOINT_URL, AWS_REGION, AWS_SESSION_TOKEN, STAGE } = process.env;
        return { event, functionVersion, awsRequestId, invokedFunctionArn, AWS_ENDPOINT_URL, AWS_REGION, AWS_SESSION_TOKEN, STAGE };
      };`,
    );
    const { value, lines } = await invoke({ order: 1 });
    expect(value).toEqual({
      event: { order: 1 },
      functionVersion: '7',
      awsRequestId: 'id-1',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders:live',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'eu-west-1',
      AWS_SESSION_TOKEN: 'token',
      STAGE: 'dev',
    });
    expect(lines?.split('\n')).toEqual([
      expect.stringMatching(/\tINFO\tloaded$/),
      'START RequestId: id-1 Version: 7',
      expect.stringMatching(/\tINFO\ttwo\rlines$/),
      'END RequestId: id-1',
      expect.stringMatching(/^REPORT RequestId: id-1\t/),
      '',
    ]);
    expect(log.lines).toContainEqual(expect.stringMatching(/^info orders .*\ttwo\nlines$/s));
    expect((await invoke()).lines).not.toContain('loaded');
  });

  it('answers the last words of a function that ends itself', async () => {
    const { invoke } = await startHost(`export const handler = () => { console.error('farewell'); process.exit(3); };`);
    const { value, functionError, lines } = await invoke();
    expect(functionError).toBe('Unhandled');
    expect(value.errorType).toBe('Runtime.ExitError');
    expect(lines).toContain('farewell');
  });

  it('lets a function that is taken away finish what it runs, and then ends its process', async () => {
    const { invoke, call, log } = await startHost(
      `export const handler = async () => { console.log('runs'); await new Promise((r) => setTimeout(r, 300)); return process.pid; };`,
    );
    const running = invoke();
    await expect.poll(() => log.lines).toContainEqual(expect.stringMatching(/runs$/));
    expect((await call('DELETE', 'r1')).status).toBe(204);
    expect((await invoke()).status).toBe(404);
    const { value: pid } = await running;
    await expect.poll(() => processIdentity(pid)).toBeUndefined();
  });

  it('ends all processes, busy ones too, when it is reset', async () => {
    const { host, invoke, log } = await startHost(
      `export const handler = async () => { console.log('pid ' + process.pid); await new Promise(() => setTimeout(() => {}, 1e6)); };`,
    );
    const running = invoke();
    const announced = () => log.lines.map((line) => /pid (\d+)/.exec(line)?.[1]).find(Boolean);
    await expect.poll(announced).toBeDefined();
    const pid = announced();
    await host.reset();
    expect(processIdentity(Number(pid))).toBeUndefined();
    await running;
    expect((await invoke()).status).toBe(404);
  });
});
