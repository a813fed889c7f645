import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { call, newUser, orderOf } from '../support/api.ts';
import { runToEnd } from '../support/run.ts';

const dataDir = inject('dataDir');
const TIMEOUT_MS = 120_000;

function command(name: string, ...args: string[]) {
  return runToEnd([...args, '--data-dir', dataDir], process.env, `scripts/${name}/main.ts`);
}

async function place(): Promise<string> {
  const { body } = await call(inject('addresses').api, 'POST', '/api/orders', orderOf(newUser('a')));
  return body.order.id;
}

describe('an order by its id', { timeout: TIMEOUT_MS }, () => {
  it('is shown with every part that it has reached, and what functions said of it', async () => {
    const id = await place();
    await expect
      .poll(async () => (await call(inject('addresses').api, 'GET', `/api/orders/${id}`)).body.order.status, {
        timeout: TIMEOUT_MS,
      })
      .toBe('confirmed');
    const { code, output } = await command('order', id);
    expect(code, output).toBe(0);
    for (const part of [
      'orders_shard1',
      ' bytes',
      'topic orders, partition',
      `ce_id: ${id}`,
      'Nothing is outstanding.',
    ]) {
      expect(output).toContain(part);
    }
    for (const source of ['create-order', 'consume-orders', 'confirm-orders']) {
      expect(output).toMatch(new RegExp(`^[\\d:.]{12} .*${source}`, 'm'));
    }
    const logs = await command('logs', 'create-order', '--order', id);
    expect(logs.output).toContain('order created');
    expect(logs.output).not.toContain('consume-orders');
  });

  it('that does not exist is told as such', async () => {
    const { code, output } = await command('order', randomUUID());
    expect([code, output]).toEqual([1, expect.stringContaining('There is no order with this id')]);
  });
});

describe('a function by hand', { timeout: TIMEOUT_MS }, () => {
  it('gets an event of its trigger, and its response, log, duration and memory are shown', async () => {
    const { code, output } = await command(
      'invoke',
      'create-order',
      '--content',
      JSON.stringify(orderOf(newUser('n'))),
    );
    expect(code, output).toBe(0);
    expect(output).toContain('"statusCode": 201');
    expect(output).toMatch(/order created .*shard=shard2/);
    expect(output).toMatch(/platform\.report .*durationMs=.*memorySizeMB=/);
  });

  it('gets the request for a certain order', async () => {
    const id = await place();
    const { code, output } = await command('invoke', 'get-order', '--path', `/api/orders/${id}`);
    expect(code, output).toBe(0);
    expect(output).toContain('"statusCode": 200');
    expect(output).toContain(id);
    const elsewhere = await command('invoke', 'get-order', '--path', '/health');
    expect([elsewhere.code, elsewhere.output]).toEqual([
      1,
      expect.stringContaining('No ready event has the path /health:'),
    ]);
  });

  it('that fails is told with its place in the sources', async () => {
    const { code, output } = await command('invoke', 'consume-orders', '--event', 'package.json');
    expect([code, output]).toEqual([1, expect.stringMatching(/TypeError: .* \(functions\/kafka-batch\/\w+\.ts:\d+\)/)]);
  });

  it('is chosen from those that there are', async () => {
    const { code, output } = await command('invoke', 'orders');
    expect([code, output]).toEqual([1, expect.stringMatching(/Choose one of:\n.*confirm-orders/)]);
  });
});

describe('a plan for other shards', { timeout: TIMEOUT_MS }, () => {
  it('shows who of those that are stored would move, and the context to deploy', async () => {
    await place();
    // It adds up what is stored.
    const { code: added, output: log } = await command('invoke', 'relay-outbox');
    expect(added, log).toBe(0);
    const map = JSON.stringify([{ id: 2, from: 'A', to: 'Z' }]);
    const { code, output } = await command('shards', 'plan', '--map', map);
    expect(code, output).toBe(0);
    expect(output).toMatch(/^shard1 +shard2 +[1-9]/m);
    expect(output).toContain(`-c 'nextShards=${map}'`);
  });

  it('needs a map where the deployment has no next one', async () => {
    const { code, output } = await command('shards', 'plan');
    expect([code, output]).toEqual([1, expect.stringContaining('The deployment has no next map to plan for.')]);
  });
});

it('a part that there is not cannot be broken', { timeout: TIMEOUT_MS }, async () => {
  const { code, output } = await command('break', 'shard9');
  expect([code, output]).toEqual([1, expect.stringContaining('It has: ')]);
});
