import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { BundleRecipe } from '../../../tooling/bundle.ts';
import { freePort } from '../../../tooling/ports.ts';
import { processCommand } from '../../../tooling/processes.ts';
import { readableCode } from '../../assembly/bundled-folder.ts';
import { Debugger } from './debugger-fixture.ts';
import { startFunction, temporaryFolder } from './lambda-fixture.ts';

const RECIPE: BundleRecipe = {
  entry: 'handler.ts',
  output: 'index.mjs',
  options: { format: 'esm', platform: 'node', minify: true, sourcemap: true, sourcesContent: false },
  folders: {},
};

const source = (version: number) => `
interface Event { readonly ms: number; readonly megabytes: number }
let ticks = 0;
setInterval(() => { ticks += 1; }, 5);
export const handler = async ({ ms = 0, megabytes = 0 }: Event, context: { getRemainingTimeInMillis(): number }) => {
  const filled = Buffer.alloc(megabytes * 2 ** 20, 1);
  const secret = 'of version ' + ${version};
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { secret, pid: process.pid, ticks, filled: filled.length, remaining: context.getRemainingTimeInMillis() };
};`;

/** A function of an app in TypeScript, with its inspector open, as after a start. */
async function debuggedFunction() {
  const [app, target] = [await temporaryFolder({ 'handler.ts': source(1) }), await temporaryFolder({})];
  const port = await freePort();
  const bundled = (folder: string, name: string) => readableCode(folder, RECIPE, join(target, name));
  const limits = { timeoutSeconds: 1, memoryMb: 128, inspectorPort: port };
  const started = await startFunction('', { ...(await bundled(app, 'first')), ...limits });
  await started.service.start();
  /** Swaps the code for what another version of the source gives. */
  const save = async (version: number) => {
    const saved = await temporaryFolder({ 'handler.ts': source(version) });
    return started.service.replaceCode('orders', (await bundled(saved, `of version ${version}`)).codeDir);
  };
  return { ...started, port, save, file: join(app, 'handler.ts') };
}

describe('a function that is debugged', () => {
  it('has the address of its inspector in the log, once', async () => {
    const { service, log, port } = await debuggedFunction();
    await service.start();
    expect(log.lines.filter((line) => line.endsWith(`listens on 127.0.0.1:${port}`))).toHaveLength(1);
  });

  it('stops at a breakpoint of its TypeScript, and answers when it goes on, after its timeout and above its memory', async () => {
    const { invoke, port, file } = await debuggedFunction();
    const editor = await Debugger.attach(port);
    const line = await editor.breakAt(file, 'await new Promise');
    const underWay = invoke({ megabytes: 256 });
    expect(await editor.stopped()).toEqual({ file, line });
    expect(await editor.evaluate('secret')).toBe('of version 1');
    await delay(1_500);
    await editor.resume();
    const { value, functionError } = await underWay;
    expect(functionError).toBeUndefined();
    expect(value).toMatchObject({ secret: 'of version 1', filled: 2 ** 28 });
    expect(value.remaining).toBeGreaterThan(60_000);
  });

  it('has its source map in the code, for debuggers, and beside it, for stacks', async () => {
    const [app, target] = [await temporaryFolder({ 'handler.ts': source(1) }), await temporaryFolder({})];
    const { codeDir } = await readableCode(app, RECIPE, join(target, 'code'));
    expect(readdirSync(codeDir).sort()).toEqual(['index.mjs', 'index.mjs.map']);
  });

  it('has one environment, which is not frozen between events; events wait for it', async () => {
    const { invoke } = await debuggedFunction();
    const together = await Promise.all([invoke({ ms: 50 }), invoke({ ms: 50 }), invoke({ ms: 50 })]);
    const [{ value: first } = { value: undefined }] = together;
    expect(together.map(({ value }) => value.pid)).toEqual(Array(3).fill(first.pid));
    await expect.poll(async () => (await invoke()).value.ticks - first.ticks).toBeGreaterThan(100);
  });

  it('has its inspector at the same port after a swap, once the former environment has ended', async () => {
    const { invoke, port, file, save } = await debuggedFunction();
    const editor = await Debugger.attach(port);
    await editor.breakAt(file, 'await new Promise');
    const [underWay, waiting] = [invoke(), invoke()];
    await editor.stopped();
    const { drained } = await save(2);
    await editor.resume();
    await editor.gone();
    expect([(await underWay).value.secret, (await waiting).value.secret]).toEqual(['of version 1', 'of version 2']);
    await drained;
    const again = await Debugger.attach(port);
    expect(await again.call('Runtime.evaluate', { expression: 'process.pid' })).toMatchObject({
      result: { value: (await invoke()).value.pid },
    });
    await save(3);
    await again.gone();
    await Debugger.attach(port);
    expect((await invoke()).value.secret).toBe('of version 3');
  });

  it('lets no other function into its inspector', async () => {
    const { ec2, port } = await debuggedFunction();
    ec2.connections.settle();
    expect(ec2.connections.viewOf({ name: 'another', place: undefined }).closed).toContain(port);
  });
});

it('each process of a function has its name', async () => {
  const { invoke } = await startFunction('export const handler = () => process.pid;');
  expect(processCommand((await invoke()).value)).toContain('orders (function)');
});
