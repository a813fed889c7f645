import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { Debugger } from '../../local/services/lambda/debugger-fixture.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { freePort } from '../../tooling/ports.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { ANY_FREE_PORT, newDataDir, type Run, removeFolder, runToEnd, startRun } from '../support/run.ts';

/** Longer than any limit that a request meets on AWS. */
const PAUSE_MS = 60_000;
const PATIENCE = { timeout: 60_000 };

let run: Run;
const ports = { create: 0, consume: 0 };
const dataDir = newDataDir(inject('seed'));
beforeAll(async () => {
  ports.create = await freePort();
  ports.consume = await freePort();
  run = await startRun(dataDir, [
    '--inspect',
    `create-order=${ports.create}`,
    '--inspect',
    `consume-orders=${ports.consume}`,
  ]);
});
afterAll(async () => {
  await run?.end('SIGINT');
  removeFolder(dataDir);
});

const isConfirmed = (user: string) =>
  expect
    .poll(
      async () => (await call(run.addresses.api, 'GET', `/api/orders?user_id=${user}`)).body.orders[0]?.status,
      PATIENCE,
    )
    .toBe('confirmed');

/** Sends an order, and waits for the response however long it takes. */
async function place(user: string) {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(orderOf(user));
  const response = await fetch(`${run.addresses.api}/api/orders`, { method: 'POST', headers, body });
  return { status: response.status, body: await response.json() };
}

const sourceOf = (file: string) => join(REPOSITORY, 'functions', file);

describe('npm start -- --inspect', () => {
  it('lets an editor stop a request before, at and after its I/O; it answers 201 though that takes a minute', async () => {
    const editor = await Debugger.attach(ports.create);
    const file = sourceOf('create-order/create-order.ts');
    const before = await editor.breakAt(file, 'const placing = places.at');
    const user = newUser('d');
    const response = place(user);
    expect(await editor.stopped()).toEqual({ file, line: before });
    expect(await editor.evaluate('request.quantity')).toBe(orderOf('d').quantity);
    await delay(PAUSE_MS);
    const after = await editor.breakAt(file, 'metrics.record(replayed');
    await editor.resume();
    expect(await editor.stopped()).toEqual({ file, line: after });
    expect(await editor.evaluate('delivered')).toEqual({ receipt: true, event: true });
    await editor.resume();
    expect(await response).toMatchObject({
      status: 201,
      body: { delivery: { receipt: 'stored', event: 'published' } },
    });
    editor.detach();
    // Its event is no longer under way, so the consumer stops for the next one.
    await isConfirmed(user);
  });

  it('lets an editor stop the consumer of a topic', async () => {
    const editor = await Debugger.attach(ports.consume);
    const file = sourceOf('consume-orders/consume-orders.ts');
    const line = await editor.breakAt(file, 'const unpublished = await publish');
    const user = newUser('k');
    expect((await place(user)).status).toBe(201);
    expect(await editor.stopped()).toEqual({ file, line });
    expect(await editor.evaluate('readable.map(({ value }) => value.userId)')).toEqual([user]);
    editor.detach();
    await isConfirmed(user);
  });

  it('is refused for a function that is not there, before anything starts', async () => {
    const other = newDataDir(inject('seed'));
    onTestFinished(() => removeFolder(other));
    const { code, output } = await runToEnd([...ANY_FREE_PORT, '--data-dir', other, '--inspect', 'create']);
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/no function create\. Choose one of:\n {2}orderflow-dev-confirm-orders\n/),
    ]);
  });
});
