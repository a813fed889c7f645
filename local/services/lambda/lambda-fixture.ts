import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { memoryLog } from '../../testing.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { LambdaService, type LambdaServiceOptions } from './lambda-service.ts';

/** A folder with the given files, removed when the test is over. */
export async function temporaryFolder(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lambda-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text)));
  return dir;
}

/** A service with one function called `orders`, ended when the test is over. */
export async function startFunction(
  code: string | Record<string, string>,
  overrides: Partial<FunctionDefinition> = {},
  serviceOptions: Partial<LambdaServiceOptions> = {},
) {
  const codeDir = await temporaryFolder(typeof code === 'string' ? { 'index.mjs': code } : code);
  const log = memoryLog();
  const service = new LambdaService({
    endpointUrl: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    runtimeDir: codeDir,
    internet: { trustedCertificates: [], httpsPort: 443 },
    log,
    ...serviceOptions,
  });
  onTestFinished(() => service.stop());
  service.put({
    name: 'orders',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
    label: 'orders',
    codeDir,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: 5,
    memoryMb: 128,
    environment: {},
    credentials: { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' },
    logFormat: 'Text',
    ...overrides,
  });
  const invoke = async (event: unknown = {}) => {
    const result = await service.invoke('orders', JSON.stringify(event));
    return { ...result, value: JSON.parse(result.payload) };
  };
  return { service, invoke, log, codeDir };
}

/** Whether a process runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
