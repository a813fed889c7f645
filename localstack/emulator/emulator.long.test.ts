import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UpdateFunctionCodeCommand, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SUPPORTED_TYPES, USELESS_TYPES } from '../../infra/localstack/supported-types.ts';
import { DEFAULT_CONCURRENCY } from '../../local/services/lambda/machine-limit.ts';
import { memoryLog } from '../../tooling/log-fixture.ts';
import { cacheDirOf } from '../../tooling/paths.ts';
import { processIdentity } from '../../tooling/processes.ts';
import { isHealthy } from '../clients.ts';
import {
  createFunction,
  lambdaClient,
  loggedLines,
  providedTypes,
  temporaryFolder,
  zipOf,
} from './emulator-fixture.ts';
import { findPythonForLocalStack, installLocalStack } from './install.ts';
import { type Emulator, startLocalStack } from './start.ts';

const python = await findPythonForLocalStack();
/** The first time, LocalStack is installed. */
const INSTALL_TIMEOUT_MS = 600_000;
const START_TIMEOUT_MS = 90_000;

const isRunning = (pid: number) => processIdentity(pid) !== undefined;

describe.skipIf(!python)('LocalStack without Docker (needs Python 3.12 or 3.13)', () => {
  const log = memoryLog();
  let interpreter: string;
  let emulator: Emulator;

  const start = async () => {
    const dir = await temporaryFolder();
    return startLocalStack({ python: interpreter, dir: join(dir, 'emulator'), runDir: join(dir, 'run'), port: 0, log });
  };
  const create = (...[code, settings]: [string, Parameters<typeof createFunction>[2]?]) =>
    createFunction(lambdaClient(emulator.url), code, settings);

  beforeAll(async () => {
    interpreter = (await installLocalStack({ cacheDir: cacheDirOf(process.env), log })).python;
    emulator = await start();
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => emulator?.stop());

  it('has a provider for just those types that the app may use', async () => {
    const provided = await providedTypes(interpreter);
    const known = [...SUPPORTED_TYPES, ...USELESS_TYPES.keys()].map((type) => type.toLowerCase());
    expect(provided.filter((type) => !known.includes(type))).toEqual([]);
    expect([...SUPPORTED_TYPES].filter((type) => !provided.includes(type.toLowerCase()))).toEqual([]);
  });

  it('listens on 127.0.0.1 alone', async () => {
    const addresses = Object.values(networkInterfaces())
      .flatMap((each = []) => each)
      .filter(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1')
      .map(({ address }) => address);
    // On Linux, the whole of 127.0.0.0/8 is this machine.
    for (const address of ['127.0.0.2', ...addresses]) {
      expect(await isHealthy(emulator.url.replace('127.0.0.1', address)), address).toBe(false);
    }
    expect(await isHealthy(emulator.url)).toBe(true);
  });

  describe('a function', () => {
    it('gets its event, its variables and a context, in a process that is used again', async () => {
      const { name, invoke } = await create(
        `export const handler = async (event, { functionName, functionVersion, invokedFunctionArn, memoryLimitInMB }) =>
          ({ event, stage: process.env.STAGE, functionName, functionVersion, invokedFunctionArn, memoryLimitInMB, pid: process.pid,
             home: process.env.HOME })`,
        { Environment: { Variables: { STAGE: 'dev' } }, MemorySize: 256 },
      );
      const { value, functionError, executedVersion } = await invoke({ order: 'ü' });
      expect(functionError).toBeUndefined();
      expect(executedVersion).toBe('$LATEST');
      expect(value).toEqual({
        event: { order: 'ü' },
        stage: 'dev',
        functionName: name,
        functionVersion: '$LATEST',
        invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
        memoryLimitInMB: '256',
        pid: expect.any(Number),
        home: expect.stringContaining('runtime'),
      });
      expect((await invoke()).value.pid).toBe(value.pid);
    });

    it('reaches S3 of LocalStack with what the environment gives it, and signs addresses that hold', async () => {
      const { invoke } = await create(
        `import { createRequire } from 'node:module';
        const require = createRequire(import.meta.url);
        const { CreateBucketCommand, PutObjectCommand, GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
        const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');
        export const handler = async (Bucket) => {
          const s3 = new S3Client();
          await s3.send(new CreateBucketCommand({ Bucket }));
          await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'receipt' }));
          return getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a' }));
        };`,
        { Timeout: 30 },
      );
      const { value: address } = await invoke('receipts');
      expect(await (await fetch(address)).text()).toBe('receipt');
      expect((await fetch(address.replace('Expires=900', 'Expires=901'))).status).toBe(403);
    });

    it('runs several events side by side, each in a process of its own', async () => {
      const { invoke } = await create(
        'export const handler = async () => { await new Promise((r) => setTimeout(r, 500)); return process.pid; };',
      );
      const results = await Promise.all([invoke(), invoke(), invoke()]);
      expect(new Set(results.map(({ value }) => value)).size).toBe(3);
    });

    it('beyond what the machine runs side by side, lets events wait', async () => {
      const { invoke } = await create(
        'export const handler = async () => { await new Promise((r) => setTimeout(r, 20)); return process.pid; };',
      );
      const results = await Promise.all(Array.from({ length: 3 * DEFAULT_CONCURRENCY }, () => invoke()));
      expect(new Set(results.map(({ value }) => value)).size).toBeLessThanOrEqual(DEFAULT_CONCURRENCY);
      expect(results.every(({ functionError }) => functionError === undefined)).toBe(true);
    });

    it('serves new code after an update, while the old code finishes what it runs', async () => {
      const client = lambdaClient(emulator.url);
      const { name, invoke } = await create(
        'export const handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return ["old", process.pid]; };',
      );
      await invoke(0);
      const running = invoke(2_000);
      await client.send(
        new UpdateFunctionCodeCommand({
          FunctionName: name,
          ZipFile: zipOf('export const handler = async () => ["new"];'),
        }),
      );
      await waitUntilFunctionUpdatedV2(
        { client, maxWaitTime: 20, minDelay: 0.1, maxDelay: 0.5 },
        { FunctionName: name },
      );
      expect((await invoke(0)).value).toEqual(['new']);
      const { value, functionError } = await running;
      expect(functionError).toBeUndefined();
      expect(value[0]).toBe('old');
      await expect.poll(() => isRunning(value[1])).toBe(false);
    });

    it('in another language than Node.js is refused with the reason', async () => {
      await expect(create('', { Runtime: 'python3.13' })).rejects.toThrow(/Node\.js/);
    });
  });

  describe('a function that fails', () => {
    const runtimeError = (errorType: string, message: RegExp) => ({
      errorType,
      errorMessage: expect.stringMatching(message),
    });

    it('by throwing answers the error, and lives on', async () => {
      const { invoke } = await create(
        'export const handler = async (e) => { if (e.pid) return process.pid; throw new RangeError("too far"); };',
      );
      const before = (await invoke({ pid: true })).value;
      const { value, functionError } = await invoke();
      expect(functionError).toBe('Unhandled');
      expect(value).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far', trace: expect.any(Array) });
      expect((await invoke({ pid: true })).value).toBe(before);
    });

    it('by running too long is ended at its timeout, and starts anew', async () => {
      const { invoke } = await create(
        'console.log("pid", process.pid); export const handler = async (busy) => { while (busy === true); return process.pid; };',
        { Timeout: 1 },
      );
      const before = (await invoke(false)).value;
      const { value, functionError, log: lines } = await invoke(true);
      expect(functionError).toBe('Unhandled');
      expect(value).toEqual(runtimeError('Sandbox.Timedout', /Task timed out after 1\.00 seconds$/));
      expect(lines).toMatch(/Task timed out after 1\.00 seconds/);
      expect((await invoke(false)).value).not.toBe(before);
    });

    it('while it is loaded answers why, and its log says so', async () => {
      const { name, invoke } = await create('throw new TypeError("bad setting");');
      const { value, functionError } = await invoke();
      expect(functionError).toBe('Unhandled');
      expect(value).toMatchObject({ errorType: 'TypeError', errorMessage: 'bad setting' });
      await expect.poll(() => loggedLines(emulator.url, name)).toContainEqual(expect.stringContaining('bad setting'));
    });

    it.each([
      ['process.exit(3)', 'Runtime.ExitError', /exit status 3$/],
      // Not in V8's heap, which has a limit of its own.
      [
        'const held = Buffer.alloc(5e8, 1); await new Promise((resolve) => setTimeout(resolve, 60_000, held));',
        'Runtime.OutOfMemory',
        /signal: killed$/,
      ],
    ])('by ending its process (%s) answers %s', async (crash, type, message) => {
      const { invoke } = await create(`export const handler = async () => { ${crash} };`, { Timeout: 30 });
      expect((await invoke()).value).toEqual(runtimeError(type, message));
    });
  });

  it("brings a function's lines to CloudWatch Logs, to the caller that asks for them and to the log of the run", async () => {
    const { name, invoke } = await create(
      'console.log("loaded"); export const handler = async () => { console.debug("hidden"); console.info("stored", { order: 1 }); };',
      { LoggingConfig: { LogFormat: 'JSON' } },
    );
    const { log: tail } = await invoke();
    const messages = (lines: readonly string[]) =>
      lines
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
        // Not what Lambda itself says.
        .filter(({ type }) => type === undefined)
        .map(({ message }) => message);
    const expected = ['loaded', 'stored { order: 1 }'];
    expect(messages(tail.split('\n'))).toEqual(expected);
    expect(tail).toMatch(/"platform\.start".*"platform\.report".*"initDurationMs"/s);
    const logged = () => loggedLines(emulator.url, name);
    await expect.poll(logged).toContainEqual(expect.stringContaining('platform.report'));
    expect(messages(await logged())).toEqual(expected);
    expect(log.lines.find((line) => line.startsWith(`info ${name} {`) && line.includes('stored'))).toBeDefined();
  });

  describe('no process is left behind', () => {
    const SPINNING = `import { writeSync } from 'node:fs';
      export const handler = async () => { writeSync(1, 'spinning in ' + process.pid + '\\n'); while (true); };`;
    const pidIn = (lines: readonly string[]) => {
      const found = lines.map((line) => /spinning in (\d+)/.exec(line)?.[1]).findLast(Boolean);
      return found === undefined ? undefined : Number(found);
    };

    it('when LocalStack is killed: its functions end, and it starts again, empty', async () => {
      const { invoke } = await create(SPINNING, { Timeout: 60 });
      const broken = expect(invoke()).rejects.toThrow();
      await expect.poll(() => pidIn(log.lines)).toBeDefined();
      const functionPid = pidIn(log.lines) as number;
      process.kill(emulator.pid as number, 'SIGKILL');
      await broken;
      await expect.poll(() => isRunning(functionPid)).toBe(false);
      await expect.poll(() => isHealthy(emulator.url), { timeout: START_TIMEOUT_MS }).toBe(true);
      expect(log.lines).toContain('warn test LocalStack has lost what was deployed: deploy again');
      expect((await (await create('export const handler = async () => 1;')).invoke()).value).toBe(1);
    });

    it('when it is stopped', async () => {
      const stopped = await start();
      const { invoke } = await createFunction(lambdaClient(stopped.url), SPINNING, { Timeout: 60 });
      const before = pidIn(log.lines);
      const broken = expect(invoke()).rejects.toThrow();
      await expect.poll(() => pidIn(log.lines)).not.toBe(before);
      const functionPid = pidIn(log.lines) as number;
      const pid = stopped.pid as number;
      await stopped.stop();
      await broken;
      expect([functionPid, pid].filter(isRunning)).toEqual([]);
    });

    it('when whoever started it is killed', async () => {
      const dir = await temporaryFolder();
      const options = { python: interpreter, dir: join(dir, 'emulator'), runDir: join(dir, 'run'), port: 0 };
      const program = `
        import { startLocalStack } from ${JSON.stringify(new URL('./start.ts', import.meta.url).href)};
        const log = { child: () => log };
        log.debug = log.warn = log.error = log.info = (line) => console.log(line);
        const { pid, url } = await startLocalStack({ ...${JSON.stringify(options)}, log });
        console.log('started ' + JSON.stringify({ pid, url }));`;
      const starter = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void starter.kill('SIGKILL'));
      const lines: string[] = [];
      createInterface({ input: starter.stdout }).on('line', (line) => lines.push(line));
      const started = () => lines.find((line) => line.startsWith('started '))?.slice('started '.length);
      await expect.poll(started, { timeout: START_TIMEOUT_MS }).toBeDefined();
      const { pid, url } = JSON.parse(started() ?? '');
      const { invoke } = await createFunction(lambdaClient(url), SPINNING, { Timeout: 60 });
      const broken = expect(invoke()).rejects.toThrow();
      await expect.poll(() => pidIn(lines)).toBeDefined();
      const functionPid = pidIn(lines) as number;
      starter.kill('SIGKILL');
      await once(starter, 'exit');
      await broken;
      await expect.poll(() => [functionPid, pid].filter(isRunning)).toEqual([]);
    });
  });
});
