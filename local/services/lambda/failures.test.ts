import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOnLoopback } from '../../../tooling/ports.ts';
import { startFunction } from './lambda-fixture.ts';

describe('a function that fails', () => {
  it('by throwing responds with the name and the trace of the error, and lives on', async () => {
    const { invoke } = await startFunction(
      'export const handler = async (e) => { if (e.pid) return process.pid; throw new RangeError("too far " + process.pid); };',
    );
    const { value, functionError } = await invoke();
    expect(functionError).toBe('Unhandled');
    expect(value).toMatchObject({ errorType: 'RangeError', errorMessage: expect.stringMatching(/^too far \d+$/) });
    expect(value.trace[0]).toMatch(/^RangeError: too far/);
    expect(value.errorMessage).toBe(`too far ${(await invoke({ pid: true })).value}`);
  });

  it('by throwing something other than an Error responds with its type and text', async () => {
    const { invoke } = await startFunction('export const handler = async () => { throw "broken"; };');
    expect((await invoke()).value).toEqual({ errorType: 'string', errorMessage: 'broken', trace: [] });
  });

  it('with a result that has no JSON form responds with Runtime.JSONStringifyError', async () => {
    const { invoke } = await startFunction('export const handler = async () => 1n;');
    expect((await invoke()).value.errorType).toBe('Runtime.JSONStringifyError');
  });

  it('by running too long is ended, responds with Sandbox.Timedout, and starts anew for the next event', async () => {
    const { invoke, log } = await startFunction(
      'export const handler = async (busy) => { while (busy === true); return process.pid; };',
      { timeoutSeconds: 1 },
    );
    const before = (await invoke(0)).value;
    const { value, requestId, functionError } = await invoke(true);
    expect(functionError).toBe('Unhandled');
    expect(value).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(log.lines).toContain(`error orders ${requestId} Task timed out after 1.00 seconds`);
    expect((await invoke(0)).value).not.toBe(before);
  });

  it.each([
    ['process.exit(3)', 'with error: exit status 3'],
    ['process.exit(0)', 'without providing a reason'],
    ['process.kill(process.pid, "SIGKILL")', 'with error: signal: killed'],
    ['process.abort()', 'with error: signal: aborted'],
    ['Promise.reject(new Error("stray"))', 'with error: exit status 1'],
    ['setTimeout(() => { throw new Error("stray"); })', 'with error: exit status 1'],
  ])('by ending its process (%s) responds with Runtime.ExitError', async (crash, reason) => {
    const { invoke } = await startFunction(`export const handler = () => { ${crash}; return new Promise(() => {}); };`);
    const { value, requestId } = await invoke();
    expect(value).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited ${reason}`,
    });
  });

  it('with a result over 6 MiB responds with Function.ResponseSizeTooLarge, and lives on', async () => {
    const { invoke } = await startFunction('export const handler = async (mib) => "x".repeat(mib * 1024 * 1024);');
    expect((await invoke(6.5)).value).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect((await invoke(5)).value).toHaveLength(5 * 1024 * 1024);
  });
});

describe.runIf(process.platform === 'linux')('the memory of a function', () => {
  it('is its limit: what needs more is ended with Runtime.OutOfMemory, and the next event starts anew', async () => {
    const { invoke } = await startFunction(
      `export const handler = async ({ mb, forMs }) => {
        const held = Buffer.alloc(mb * 1024 * 1024, 1);
        await new Promise((resolve) => setTimeout(resolve, forMs));
        return held.length > 0 && process.pid;
      };`,
      { memoryMb: 128, timeoutSeconds: 60 },
    );
    const before = (await invoke({ mb: 1, forMs: 0 })).value;
    for (const forMs of [0, 60_000]) {
      const { value, requestId, functionError } = await invoke({ mb: 200, forMs });
      expect(functionError).toBe('Unhandled');
      expect(value).toEqual({
        errorType: 'Runtime.OutOfMemory',
        errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
      });
    }
    expect((await invoke({ mb: 1, forMs: 0 })).value).not.toBe(before);
  });
});

describe('the init phase', () => {
  it.each([
    ['export const handler = (event, context, callback) => callback();', 'Runtime.CallbackHandlerDeprecated'],
    ['export const other = 1;', 'Runtime.HandlerNotFound'],
    ['export const handler = 1;', 'Runtime.HandlerNotFound'],
    ['export const handler = {', 'Runtime.UserCodeSyntaxError'],
    ['import "./missing.mjs";', 'Runtime.ImportModuleError'],
    ['throw new TypeError("bad setting");', 'TypeError'],
    ['process.exit(7);', 'Runtime.ExitError'],
  ])('of %j fails with %s', async (code, errorType) => {
    const { invoke } = await startFunction(code);
    const { value, functionError } = await invoke();
    expect(functionError).toBe('Unhandled');
    expect(value.errorType).toBe(errorType);
  });

  it('that fails is tried once more, as part of the invocation', async () => {
    let asked = 0;
    const server = createServer((_request, response) => response.end(String(++asked)));
    onTestFinished(() => void server.close());
    const { invoke, log } = await startFunction(
      `if ((await (await fetch('http://127.0.0.1:${await listenOnLoopback(server)}')).text()) === '1') throw new TypeError('not yet');
       export const handler = async () => 'ready';`,
    );
    expect((await invoke()).value).toBe('ready');
    const report =
      /^debug orders INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown$/;
    expect(log.lines.filter((line) => report.test(line))).toHaveLength(1);
  });

  it.each([
    ['missing.handler', 'Runtime.ImportModuleError'],
    ['../index.handler', 'Runtime.MalformedHandlerName'],
    ['handler', 'Runtime.MalformedHandlerName'],
  ])('of handler string %s fails with %s', async (handler, errorType) => {
    const { invoke } = await startFunction('export const handler = 1;', { handler });
    expect((await invoke()).value.errorType).toBe(errorType);
  });

  it('does not count towards the timeout of the function', async () => {
    const { invoke } = await startFunction(
      'await new Promise((r) => setTimeout(r, 1200)); export const handler = async () => "ready";',
      { timeoutSeconds: 1 },
    );
    expect((await invoke()).value).toBe('ready');
  });

  it('past its cap begins anew as part of the invocation, whose timeout then ends it', async () => {
    const { invoke } = await startFunction(
      'console.log("init"); await new Promise((r) => setTimeout(r, 30_000)); export const handler = async () => 1;',
      { timeoutSeconds: 1 },
      { limits: { initTimeoutMs: 300 } },
    );
    const { value, requestId } = await invoke();
    expect(value).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 1.00 seconds`,
    });
  });
});
