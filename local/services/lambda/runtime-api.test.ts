import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { SOCKET_OWNERS_ARE_KNOWN } from '../../../tooling/sockets.ts';
import { call } from '../../http/http-fixture.ts';
import { startFunction } from './lambda-fixture.ts';
import { type Invocation, RuntimeApi } from './runtime-api.ts';

const NEXT = '/2018-06-01/runtime/invocation/next';
const RESPONSE = (id: string) => `/2018-06-01/runtime/invocation/${id}/response`;
const INVOCATION: Invocation = {
  requestId: 'r1',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
  deadline: Date.now() + 60_000,
  traceId: 'Root=1',
  payload: '{"order":1}',
};
const TRANSITION_REFUSED = { status: 403, text: expect.stringContaining('"errorType":"InvalidStateTransition"') };

/** A Runtime API that takes the test for the runtime. */
async function startApi() {
  const log = memoryLog();
  const api = new RuntimeApi(log);
  onTestFinished(() => api.close());
  const url = `http://${await api.listen()}`;
  api.serve(process.pid);
  return { api, url, log };
}

describe('the Runtime API', () => {
  it('hands an event to one poller, and takes the response to that event once', async () => {
    const { api, url } = await startApi();
    const polled = call(url, 'GET', NEXT);
    await api.ready;
    expect(await call(url, 'GET', NEXT)).toMatchObject(TRANSITION_REFUSED);

    const response = api.deliver(INVOCATION);
    expect(await polled).toMatchObject({ status: 200, text: '{"order":1}' });
    expect(await call(url, 'GET', NEXT)).toMatchObject(TRANSITION_REFUSED);

    expect((await call(url, 'POST', RESPONSE('r0'), { body: '"forged"' })).status).toBe(400);
    expect((await call(url, 'POST', RESPONSE('r1'), { body: '"placed"' })).status).toBe(202);
    expect((await call(url, 'POST', RESPONSE('r1'), { body: '"again"' })).status).toBe(400);
    expect(await response).toEqual({ payload: '"placed"', outcome: { status: 'success' } });
  });

  it('takes no response to an event that nobody has polled yet', async () => {
    const { api, url } = await startApi();
    api.deliver(INVOCATION);
    expect((await call(url, 'POST', RESPONSE('r1'), { body: '"forged"' })).status).toBe(400);
    expect((await call(url, 'GET', NEXT)).status).toBe(200);
  });

  it('takes an init error only before the first poll', async () => {
    const { url, api } = await startApi();
    void call(url, 'GET', NEXT).catch(() => {}); // until the API is closed
    await api.ready;
    expect(await call(url, 'POST', '/2018-06-01/runtime/init/error', { body: '{}' })).toMatchObject(TRANSITION_REFUSED);
  });

  it('is not for a page whose name was made to lead to it', async () => {
    const { url } = await startApi();
    expect((await call(url, 'GET', NEXT, { headers: { Host: 'evil.example' } })).status).toBe(403);
  });
});

describe.runIf(SOCKET_OWNERS_ARE_KNOWN)('the Runtime API of a function', () => {
  const HANDLER = `
    import { execFileSync } from 'node:child_process';
    const next = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '${NEXT}';
    const script = 'console.log(await (await fetch("' + next + '")).text())';
    export const handler = async ({ viaChild }) => viaChild
      ? execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
      : process.env.AWS_LAMBDA_RUNTIME_API;`;

  it('gives no event to another process, and takes no response of it', async () => {
    const { invoke, log } = await startFunction(HANDLER);
    const url = `http://${(await invoke()).value}`;
    const refusal = { status: 403, text: expect.stringContaining('"errorType":"Forbidden"') };
    expect(await call(url, 'GET', NEXT)).toMatchObject(refusal);
    expect(await call(url, 'POST', RESPONSE('any'), { body: '"forged"' })).toMatchObject(refusal);
    expect(await call(url, 'POST', '/2018-06-01/runtime/init/error', { body: '{}' })).toMatchObject(refusal);
    expect(log.lines).toContain('warn orders refused another process, which called the Runtime API of this function');
    expect(`http://${(await invoke()).value}`).toBe(url);
  });

  it('serves what the function has started', async () => {
    const { invoke } = await startFunction(HANDLER);
    expect((await invoke({ viaChild: true })).value).toContain('InvalidStateTransition');
  });
});
