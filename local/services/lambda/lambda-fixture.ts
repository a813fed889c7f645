import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { onTestFinished } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { settingsFixture } from '../../settings-fixture.ts';
import { Ec2 } from '../ec2/service.ts';
import { Iam } from '../iam/service.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { PoolLimits } from './function-pool.ts';
import { Lambda } from './service.ts';

/** A folder with the given files, removed when the test is over. */
export async function temporaryFolder(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lambda-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  }
  return dir;
}

export interface LambdaFixtureOptions {
  readonly limits?: Partial<PoolLimits>;
  readonly processLimits?: boolean;
  /** The local HTTPS servers that functions reach in place of AWS's. */
  readonly httpsEndpoints?: { readonly httpsPort: number; readonly trustedCertificate?: string };
}

/** A function called `orders`. */
export function functionFixture(codeDir: string, overrides: Partial<FunctionDefinition> = {}): FunctionDefinition {
  return {
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
  };
}

/** A service with one function called `orders`, ended when the test is over. */
export async function startFunction(
  code: string | Record<string, string>,
  overrides: Partial<FunctionDefinition> = {},
  { limits, httpsEndpoints, processLimits = true }: LambdaFixtureOptions = {},
) {
  const codeDir = await temporaryFolder(typeof code === 'string' ? { 'index.mjs': code } : code);
  const log = memoryLog();
  const iam = new Iam();
  const ec2 = new Ec2({ log }, iam);
  const authority = {
    certificatePem: httpsEndpoints?.trustedCertificate ?? rootCertificates[0] ?? '',
    issue: notExpected,
  };
  const service = new Lambda(
    {
      settings: settingsFixture(codeDir, { processLimits }),
      stacks: [],
      log,
      authorities: async () => authority,
    },
    {
      iam,
      ec2,
      endpoint: { url: 'http://127.0.0.1:4566' },
      responses: { port: httpsEndpoints?.httpsPort ?? 443 },
    },
    limits,
  );
  onTestFinished(() => service.stop());
  await service.open();
  const definition = functionFixture(codeDir, overrides);
  service.put(definition, { kind: 'role', name: 'orders', arn: 'arn:aws:iam::000000000000:role/orders' });
  const invoke = async (event: unknown = {}) => {
    const result = await service.invoke('orders', JSON.stringify(event));
    return { ...result, value: JSON.parse(result.payload) };
  };
  return { service, iam, invoke, log, codeDir, ec2 };
}

async function notExpected(): Promise<never> {
  throw new Error('no certificate was expected to be issued');
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
