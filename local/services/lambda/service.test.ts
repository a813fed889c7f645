import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isRunning, startFunction } from './lambda-fixture.ts';

describe('a function', () => {
  it('gets the event and a context, and its result comes back as JSON', async () => {
    const { invoke } = await startFunction(
      `export const handler = async (event, context) => ({
        event, name: context.functionName, memory: context.memoryLimitInMB, arn: context.invokedFunctionArn,
        id: context.awsRequestId, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID });`,
    );
    const { value, requestId, executedVersion } = await invoke({ order: 1 });
    expect(value).toMatchObject({
      event: { order: 1 },
      name: 'orders',
      memory: '128',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
      id: requestId,
      trace: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/),
    });
    expect(value.left).toBeGreaterThan(4_000);
    expect(executedVersion).toBe('$LATEST');
  });

  it('gets the context of its client, whatever characters it has', async () => {
    const { service } = await startFunction(
      'export const handler = async (_, { clientContext }) => clientContext ?? "none";',
    );
    const clientContext = { custom: { name: 'Zoë \n 😀' } };
    expect(JSON.parse((await service.invoke('orders', '{}', { clientContext })).payload)).toEqual(clientContext);
    expect((await service.invoke('orders', '{}')).payload).toBe('"none"');
  });

  it('is told the time that it has left, however the wall clock is set meanwhile', async () => {
    const { invoke } = await startFunction(
      `export const handler = async (event, context) => {
        const now = Date.now();
        Date.now = () => now - 3_600_000;
        return context.getRemainingTimeInMillis();
      };`,
      { timeoutSeconds: 30 },
    );
    const { value } = await invoke();
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThanOrEqual(30_000);
  });

  it('that returns nothing responds with null', async () => {
    const { invoke } = await startFunction('export const handler = () => {};');
    expect((await invoke()).payload).toBe('null');
  });

  it('may be CommonJS, in a folder, with a nested export', async () => {
    const { invoke } = await startFunction(
      { 'main.cjs': 'exports.api = { handler: async () => "deep" };' },
      { handler: 'main.api.handler' },
    );
    expect((await invoke()).value).toBe('deep');
  });

  it('keeps its module state and its process between events', async () => {
    const { invoke } = await startFunction('let n = 0; export const handler = async () => [process.pid, ++n];');
    const [first, second] = [(await invoke()).value, (await invoke()).value];
    expect(second).toEqual([first[0], 2]);
  });

  it('is found by name, ARN, partial ARN and qualifier, and nothing else is', async () => {
    const { service } = await startFunction('export const handler = async (e, c) => c.invokedFunctionArn;');
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
    service.qualify(arn, '7', '7');
    service.qualify(arn, 'live', '7');
    for (const name of ['orders', 'orders:live', '000000000000:function:orders', 'orders:$LATEST', arn]) {
      expect((await service.invoke(name, '{}')).payload).toBe(JSON.stringify(arn));
    }
    for (const name of [`${arn}:7`, `${arn}:live`]) {
      expect(await service.invoke(name, '{}')).toMatchObject({ payload: JSON.stringify(name), executedVersion: '7' });
    }
    for (const name of ['orders2', 'orders:8', `${arn}:alive`]) {
      await expect(service.invoke(name, '{}')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    }
  });

  it('is not run for a payload over 6 MiB', async () => {
    const { service } = await startFunction('export const handler = async () => 1;');
    // With its quotes.
    const eventOf = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    const limit = 6 * 1024 * 1024;
    await expect(service.invoke('orders', eventOf(limit + 1))).rejects.toMatchObject({
      code: 'RequestTooLargeException',
    });
    expect(await service.invoke('orders', eventOf(limit - 1))).toMatchObject({ payload: '1' });
  });
});

describe('the environment', () => {
  it("has loaded none of Node's own fetch, unless it uses it", async () => {
    const loaded = 'process.moduleLoadList.filter((name) => name.includes("undici")).length > 0';
    const { invoke } = await startFunction(
      `export const handler = async (uses) => { if (uses) new Headers(); return ${loaded}; };`,
    );
    expect([(await invoke(false)).value, (await invoke(true)).value]).toEqual([false, true]);
  });

  it('has the variables of the template and of AWS, and none of the runner', async () => {
    process.env.RUNNER_SECRET = 'leak';
    const { invoke, codeDir } = await startFunction('export const handler = async () => process.env;', {
      environment: { TABLE: 'orders', NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' },
    });
    const { value } = await invoke();
    delete process.env.RUNNER_SECRET;
    expect(value).toMatchObject({
      TABLE: 'orders',
      NODE_EXTRA_CA_CERTS: `${codeDir}/lambda-runtime/ca-cert.pem`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'ASIATEST',
      AWS_SESSION_TOKEN: 'token',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      LAMBDA_TASK_ROOT: codeDir,
      _HANDLER: 'index.handler',
    });
    const names = Object.keys(value).filter((name) => !/^_?(AWS|LAMBDA)_|^_(HANDLER|X_AMZN_TRACE_ID)$/.test(name));
    expect(names.sort()).toEqual(['HOME', 'LANG', 'NODE_EXTRA_CA_CERTS', 'NODE_PATH', 'PATH', 'TABLE', 'TZ']);
  });

  it('has what the template sets in place of what AWS does not reserve, with the folders of this run', async () => {
    const environment = {
      TZ: 'Asia/Kathmandu',
      NODE_PATH: '/var/task/lib:/var/runtime/node_modules',
      LANG: 'C',
      KEPT: '/var/tasks',
    };
    const { invoke, codeDir } = await startFunction(
      {
        'index.mjs': `import shared from '@aws-sdk/client-s3'; import { createRequire } from 'node:module';
          export const handler = async () => [process.env, new Date(0).getHours(), createRequire(import.meta.url)('shared')];`,
        'lib/shared.js': 'module.exports = "found";',
      },
      { environment },
    );
    const [variables, hours, shared] = (await invoke()).value;
    const here = { NODE_PATH: `${codeDir}/lib:${codeDir}/lambda-runtime/node_modules` };
    expect(variables).toMatchObject({ ...environment, ...here });
    expect([hours, shared]).toEqual([5, 'found']);
  });

  it('reaches a local server of a trusted authority as https://127.0.0.1, as the CDK reaches a response address', async () => {
    const code = `import https from 'node:https';
      import { getCACertificates } from 'node:tls';
      const put = () => new Promise((resolve, reject) => {
        https.request({ hostname: '127.0.0.1', path: '/response', method: 'PUT' }, (r) => resolve(r.statusCode)).on('error', reject).end();
      });
      export const handler = async () => ({ status: await put(), authorities: getCACertificates('default').length });`;
    const { rootCertificates } = await import('node:tls');
    const { certificate, port } = await startHttpsServer(207);
    const { invoke } = await startFunction(
      code,
      {},
      { httpsEndpoints: { trustedCertificate: certificate, httpsPort: port } },
    );
    const { status, authorities } = (await invoke()).value;
    expect(status).toBe(207);
    expect(authorities).toBeGreaterThan(rootCertificates.length);

    const distrusting = await startFunction(code, {}, { httpsEndpoints: { httpsPort: port } });
    expect((await distrusting.invoke()).value.errorMessage).toMatch(/self-signed/);
  });

  it('is used again, the latest first, and ended when it stays idle', async () => {
    const { invoke } = await startFunction(
      'export const handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return process.pid; };',
      {},
      { limits: { idleTimeoutMs: 400 } },
    );
    const used: number[] = [];
    const use = async (ms: number) => used.push((await invoke(ms)).value);
    await Promise.all([use(1), use(150)]);
    const [first, latest] = used;
    expect(first).not.toBe(latest);
    expect((await invoke(1)).value).toBe(latest);
    await expect.poll(() => used.filter(isRunning)).toEqual([]);
  });

  it('is ended with all that the function started when the service stops', async () => {
    const { invoke, service } = await startFunction(
      `import { spawn } from 'node:child_process';
       process.on('SIGTERM', () => {});
       const child = spawn('sleep', ['60']);
       export const handler = async () => [process.pid, child.pid];`,
    );
    const pids: number[] = (await invoke()).value;
    expect(pids.map(isRunning)).toEqual([true, true]);
    await service.stop();
    await expect.poll(() => pids.filter(isRunning)).toEqual([]);
  });

  it('is not started any more once the service has stopped', async () => {
    const { invoke, service } = await startFunction('export const handler = async () => 1;');
    await service.stop();
    await expect(invoke()).rejects.toMatchObject({ code: 'ServiceException' });
  });
});

async function startHttpsServer(status: number): Promise<{ certificate: string; port: number }> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const extensions = [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({ name: 'CN=local', keys, extensions });
  const pem = certificate.toString('pem');
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  const server = createServer({ cert: pem, key }, (_request, response) => response.writeHead(status).end());
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { certificate: pem, port: (server.address() as AddressInfo).port };
}
