import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startFunction, temporaryFolder } from './lambda-fixture.ts';
import { MachineLimit } from './machine-limit.ts';

const code = (version: number) =>
  `export const handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return { version: ${version}, pid: process.pid }; };`;

describe('code that is replaced', () => {
  it('serves the next request, while those under way end with the former code', async () => {
    const { invoke, service } = await startFunction(code(1), { reservedConcurrency: 2 });
    const { value: before } = await invoke(1);
    const underWay = invoke(1_000);
    const { drained } = await service.replaceCode('orders', await temporaryFolder({ 'index.mjs': code(2) }));
    const { value: after } = await invoke(1);
    expect([before.version, after.version, (await underWay).value.version]).toEqual([1, 2, 1]);
    await drained;
    expect(() => process.kill(before.pid, 0)).toThrow('ESRCH');
  });

  it("leaves requests under way in the reservation, which is the function's, whatever code they run", async () => {
    const { invoke, service } = await startFunction(code(1), { reservedConcurrency: 1 });
    await invoke(1);
    const underWay = invoke(1_000);
    await service.replaceCode('orders', await temporaryFolder({ 'index.mjs': code(2) }));
    await expect(invoke(1)).rejects.toThrow('Rate Exceeded');
    await underWay;
    expect((await invoke(1)).value.version).toBe(2);
  });

  it('fails no request, whenever it comes', async () => {
    const { invoke, service } = await startFunction(code(0));
    let isOver = false;
    const client = async () => {
      const versions: number[] = [];
      while (!isOver) versions.push((await invoke(2)).value.version);
      return versions;
    };
    const clients = [client(), client(), client()];
    for (const version of [1, 2, 3]) {
      await service.replaceCode('orders', await temporaryFolder({ 'index.mjs': code(version) }));
    }
    isOver = true;
    for (const versions of await Promise.all(clients)) expect(versions).toEqual([...versions].sort());
    expect((await invoke(0)).value.version).toBe(3);
  });

  it('that cannot start is served all the same: its failure is what a developer looks for', async () => {
    const { invoke, service } = await startFunction(code(1));
    await invoke(1);
    await service.replaceCode('orders', await temporaryFolder({ 'index.mjs': "throw new TypeError('no start');" }));
    expect(await invoke(1)).toMatchObject({ functionError: 'Unhandled', value: { errorMessage: 'no start' } });
  });

  it('is loaded by a process that was there before it', async () => {
    const { invoke, service } = await startFunction(code(1));
    await invoke(1);
    const codeDir = await temporaryFolder({});
    const swap = service.prepareCode('orders', codeDir);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await writeFile(join(codeDir, 'index.mjs'), 'export const handler = async () => process.uptime();');
    await (await swap()).drained;
    expect((await invoke(1)).value).toBeGreaterThan(0.7);
  });

  it('has the configuration that its function has got since it was prepared', async () => {
    const { invoke, service } = await startFunction(code(1));
    await invoke(1);
    const source = 'export const handler = async () => process.env.SINCE;';
    const swap = service.prepareCode('orders', await temporaryFolder({ 'index.mjs': source }));
    const { definition, role } = service.functions.get('orders') ?? {};
    if (definition === undefined || role === undefined) throw new Error('There is no function.');
    service.functions.set('orders', { definition: { ...definition, environment: { SINCE: 'yes' } }, role });
    await swap();
    expect((await invoke(1)).value).toBe('yes');
  });

  it('is the last one of several that come at once, however long each takes to start', async () => {
    const { invoke, service } = await startFunction(code(1));
    await invoke(1);
    const slow = `await new Promise((r) => setTimeout(r, 1_000)); ${code(2)}`;
    const folders = [await temporaryFolder({ 'index.mjs': slow }), await temporaryFolder({ 'index.mjs': code(3) })];
    await Promise.all(folders.map((folder) => service.replaceCode('orders', folder)));
    expect((await invoke(1)).value.version).toBe(3);
  });

  it('is what a function runs that was called for the first time just then', async () => {
    const { invoke, service } = await startFunction(code(1));
    const replaced = service.replaceCode('orders', await temporaryFolder({ 'index.mjs': code(2) }));
    await Promise.resolve();
    await invoke(1);
    await replaced;
    expect((await invoke(1)).value.version).toBe(2);
  });

  it.each([
    ['the machine', { machine: new MachineLimit(2) }],
    ['their turn', { turns: new MachineLimit(2) }],
  ])('is made ready for the events that run, not for all that wait for %s', async (_, limits) => {
    const { invoke, service, log } = await startFunction(code(1), {}, { limits });
    const events = Promise.all([1_000, 1_000, 1, 1, 1, 1].map((ms) => invoke(ms)));
    await service.replaceCode(
      'orders',
      await temporaryFolder({ 'index.mjs': `console.log('the code is loaded'); ${code(2)}` }),
    );
    expect(log.lines.filter((line) => line.includes('the code is loaded'))).toHaveLength(2);
    await events;
  });

  it('is started by as many processes at once as the machine starts of all functions', async () => {
    const { invoke, service, log } = await startFunction(
      code(1),
      {},
      { limits: { starts: new MachineLimit(2), turns: new MachineLimit(4) } },
    );
    const events = Promise.all([1, 2, 3, 4].map(() => invoke(3_000)));
    const slow = `console.log('begins'); await new Promise((r) => setTimeout(r, 1_000)); console.log('is ready'); ${code(2)}`;
    await service.replaceCode('orders', await temporaryFolder({ 'index.mjs': slow }));
    const lines = log.lines.filter((line) => /begins|is ready/.test(line));
    const atOnce = lines.map((_, n) => {
      const ready = lines.slice(0, n + 1).filter((line) => line.includes('is ready')).length;
      return n + 1 - 2 * ready;
    });
    expect(lines).toHaveLength(8);
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(2);
    await events;
  });

  it('is not started for a function that nobody has called', async () => {
    const { invoke, service, log } = await startFunction(code(1));
    await service.replaceCode('orders', await temporaryFolder({ 'index.mjs': code(2) }));
    expect(log.lines).toEqual([]);
    expect((await invoke(1)).value.version).toBe(2);
  });
});
