import { describe, expect, it } from 'vitest';
import { startFunction } from './lambda-fixture.ts';

const HANDLER = `export const handler = async (how) => {
  if (how === 'throw') throw new RangeError('no');
  if (how === 'exit') process.exit(2);
  if (how === 'hang') await new Promise(() => setInterval(() => {}, 1000));
};`;
const memory = process.platform === 'linux' ? '\\tMax Memory Used: (\\d+) MB' : '()';

describe('what Lambda logs of an invocation', () => {
  it('as text is its duration, the billed one with a cold start in it, memory, and how it ended if it ended the environment', async () => {
    const { invoke, log } = await startFunction(HANDLER, { memoryMb: 256, timeoutSeconds: 1 });
    const linesOf = async (how: string) => {
      const { requestId } = await invoke(how);
      const id = new RegExp(`^debug orders (.*) RequestId: ${requestId}(.*)$`, 's');
      return log.lines.flatMap((line) => id.exec(line)?.slice(1).join('') ?? []);
    };
    const [start, end, report = ''] = await linesOf('return');
    expect([start, end]).toEqual(['START Version: $LATEST', 'END']);
    const cold = new RegExp(
      `^REPORT\\tDuration: ([\\d.]+) ms\\tBilled Duration: (\\d+) ms\\tMemory Size: 256 MB${memory}\\tInit Duration: ([\\d.]+) ms$`,
    );
    const [duration = 0, billed, used = 0, init = 0] = cold.exec(report)?.slice(1).map(Number) ?? [];
    expect(Math.abs((billed ?? 0) - Math.ceil(duration + init))).toBeLessThanOrEqual(1);
    if (memory !== '()') expect(used).toBeGreaterThan(20);

    expect((await linesOf('throw')).at(-1)).toMatch(/^REPORT(?!.*(Init Duration|Status))/);
    expect((await linesOf('exit')).at(-1)).toMatch(/\tStatus: error\tError Type: Runtime.ExitError$/);
    expect((await linesOf('hang')).at(-1)).toMatch(/\tStatus: timeout$/);
  });

  it('as JSON is a record each, of which the level WARN leaves those of failures', async () => {
    const recordsOf = async (systemLogLevel: 'INFO' | 'WARN', how: string) => {
      const { invoke, log } = await startFunction(HANDLER, { logFormat: 'JSON', systemLogLevel });
      const { requestId } = await invoke(how);
      const records = log.lines.flatMap((line) => (line.includes('"platform.') ? JSON.parse(line.slice(13)) : []));
      return { requestId, records };
    };
    const { requestId, records } = await recordsOf('INFO', 'return');
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    const metrics = {
      durationMs: expect.any(Number),
      billedDurationMs: expect.any(Number),
      memorySizeMB: 128,
      initDurationMs: expect.any(Number),
    };
    expect(records).toEqual([
      { time, type: 'platform.start', record: { requestId, version: '$LATEST' } },
      {
        time,
        type: 'platform.report',
        record: { requestId, metrics: expect.objectContaining(metrics), status: 'success' },
      },
    ]);
    expect((await recordsOf('WARN', 'return')).records).toEqual([]);
    expect((await recordsOf('WARN', 'throw')).records).toMatchObject([
      { type: 'platform.report', record: { status: 'failure', errorType: 'Runtime.Unknown' } },
    ]);
  });
});
