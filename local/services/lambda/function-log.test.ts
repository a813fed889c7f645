import { describe, expect, it } from 'vitest';
import { startFunction } from './lambda-fixture.ts';

describe("a function's output", () => {
  it('in text goes to the log under its label, one entry per call, at the level it states', async () => {
    const { invoke, log } = await startFunction(
      `export const handler = async () => { console.log('two\\nlines %d', 7); console.warn('careful');
        console.debug('detail'); console.error('bad'); process.stderr.write('raw\\n'); };`,
    );
    const { requestId } = await invoke();
    const line = (end: string) => log.lines.find((entry) => entry.endsWith(end));
    const stamp = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z';
    await expect
      .poll(() => line('lines 7'))
      .toMatch(new RegExp(`^info orders ${stamp}\t${requestId}\tINFO\ttwo\nlines 7$`));
    await expect.poll(() => line('careful')).toMatch(/^warn orders /);
    await expect.poll(() => line('detail')).toMatch(/^debug orders /);
    await expect.poll(() => line('bad')).toMatch(/^error orders /);
    await expect.poll(() => line('raw')).toBe('warn orders raw');
    expect(log.lines).toContain(`debug orders START RequestId: ${requestId} Version: $LATEST`);
    expect(log.lines).toContain(`debug orders END RequestId: ${requestId}`);
  });

  it('comes with the result, the last 4 KB of it, if that was asked for', async () => {
    const { service } = await startFunction(
      `export const handler = async (lines) => { for (let i = 1; i <= lines; i += 1) console.log('line %d\\nof many', i); };`,
    );
    const logOf = async (lines: number) => {
      const { logTail = '', requestId } = await service.invoke('orders', String(lines), { logTail: true });
      return { text: Buffer.from(logTail, 'base64').toString(), requestId };
    };
    const first = await logOf(1);
    expect(first.text).toMatch(
      new RegExp(`^START RequestId: ${first.requestId} .*\n.*\tINFO\tline 1\nof many\nEND .*\nREPORT .*\n$`),
    );
    // More than a pipe takes at once.
    const { text } = await logOf(2_000);
    expect(Buffer.byteLength(text)).toBe(4_096);
    expect(text).toMatch(/line 2000\nof many\nEND .*\nREPORT .*\n$/);
    expect(await service.invoke('orders', '0')).not.toHaveProperty('logTail');
  });

  it('in JSON has the keys of AWS, without what is below the level', async () => {
    const { invoke, log } = await startFunction(
      `export const handler = async () => { console.debug('hidden'); console.info({ order: 1 });
        console.error('failed', new TypeError('no')); };`,
      { logFormat: 'JSON' },
    );
    const { requestId } = await invoke();
    const entries = () =>
      log.lines
        .filter((entry) => entry.includes('{"timestamp"'))
        .map((entry) => JSON.parse(entry.replace(/^\w+ \w+ /, '')));
    await expect.poll(entries).toMatchObject([
      { level: 'INFO', requestId, message: { order: 1 }, timestamp: expect.stringMatching(/Z$/) },
      { level: 'ERROR', requestId, errorType: 'TypeError', errorMessage: 'no', stackTrace: expect.any(Array) },
    ]);
  });
});
