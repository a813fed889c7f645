import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { processGroups } from '../../scripts/bench/process-groups.ts';
import { signalServers } from '../../scripts/chaos/processes.ts';
import { parentsOfProcesses } from '../../tooling/processes.ts';
import { settlesWithin } from '../../tooling/timing.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { listKeys } from '../support/clients.ts';
import { type Launched, launch, runToEnd } from '../support/run.ts';
import { runOfFile } from '../support/run-of-file.ts';

const PATIENCE_MS = 120_000;

const run = runOfFile();
const { dataDir } = run;

async function health(part: string): Promise<unknown> {
  if (part === 's3') return s3Responds();
  return (await call(run.addresses.api, 'GET', '/health')).body.checks[part];
}
/** S3 is no part of /health: any response is one. */
const s3Responds = async () => {
  const asked = listKeys(run.addresses, 'order-receipts', 'none/');
  return (await settlesWithin(2_000, asked)) ? 'up' : 'down';
};
const isUp = (part: string) => expect.poll(() => health(part), { timeout: PATIENCE_MS }).toBe('up');
const isDown = (part: string) => expect.poll(() => health(part), { timeout: PATIENCE_MS }).toBe('down');

/** `npm run break`, once it holds what it is to hold. */
async function breakParts(...args: string[]): Promise<Launched> {
  const command = launch('scripts/break/main.ts', [...args, '--data-dir', dataDir]);
  await expect.poll(() => command.output(), { timeout: PATIENCE_MS }).toContain('Held: ');
  return command;
}

const childrenOf = (pid: number) =>
  [...parentsOfProcesses()].flatMap(([child, parent]) => (parent === pid ? [child] : []));

/** Ends `npm run break`, and returns what it has said. */
async function endBreak({ child, output }: Launched, signal: NodeJS.Signals): Promise<string> {
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
  return output();
}

const orderText = async (id: string) =>
  (await runToEnd([id, '--data-dir', dataDir], process.env, 'scripts/order/main.ts')).output;

describe('npm run break', { timeout: 3 * PATIENCE_MS }, () => {
  it.each(['kafka', 's3', 'shard1'])('makes %s hang until Ctrl-C', async (part) => {
    await isUp(part);
    const held = await breakParts(part);
    await isDown(part);
    expect(await endBreak(held, 'SIGINT')).toContain(`Released: ${part}.`);
    await isUp(part);
  });

  it('lets parts go by itself when their time is over', async () => {
    await isUp('kafka');
    const { child, output } = await breakParts('kafka', 'shard2', '--for', '2s');
    const [code] = await once(child, 'close');
    expect([code, output()]).toEqual([0, 'Held: kafka, shard2, for 2 s.\nReleased: kafka, shard2.\n']);
    for (const part of ['kafka', 'shard2']) await isUp(part);
  });

  it('leaves nothing held when it is killed', async () => {
    const parts = ['kafka', 's3', 'shard1'];
    for (const part of parts) await isUp(part);
    const held = await breakParts(...parts);
    await isDown('kafka');
    await endBreak(held, 'SIGKILL');
    for (const part of parts) await isUp(part);
  });

  it('lets parts go on, and says so, when the process that holds them is killed', async () => {
    const parts = ['kafka', 's3', 'shard1'];
    for (const part of parts) await isUp(part);
    const { child, output } = await breakParts(...parts);
    const closed = once(child, 'close');
    signalServers(childrenOf(child.pid as number), 'SIGKILL');
    expect([await closed, output()]).toEqual([[1, null], expect.stringContaining('was ended. They go on.')]);
    for (const part of parts) await isUp(part);
  });

  it('lets parts go on that a command held which was killed with its holder, when it is called again', async () => {
    const parts = ['kafka', 's3', 'shard1'];
    for (const part of parts) await isUp(part);
    const killed = await breakParts(...parts);
    await isDown('kafka');
    const pid = killed.child.pid as number;
    signalServers([...childrenOf(pid), pid], 'SIGKILL');
    await isUp('s3');
    const { child } = await breakParts('s3', '--for', '1s');
    await once(child, 'close');
    for (const part of parts) await isUp(part);
  });
});

describe('npm run order', { timeout: 3 * PATIENCE_MS }, () => {
  const place = (user: string) => call(run.addresses.api, 'POST', '/api/orders', orderOf(user));

  it('says of an order whose event waits who publishes it when, and that Kafka does not respond', async () => {
    await isUp('kafka');
    const held = await breakParts('kafka');
    const { status, body } = await place(newUser('a'));
    expect(status).toBe(201);
    const text = await orderText(body.order.id);
    expect(text).toMatch(/^event +not published$/m);
    expect(text).toMatch(/^The event is outstanding: relay-outbox takes it on at \S+ or within a minute of it\.$/m);
    expect(text).toMatch(/^Kafka does not respond: /m);
    // Nobody has to wait for it: an event that was not published is no dead letter.
    expect(text).not.toContain('The function dlt');
    await endBreak(held, 'SIGINT');
  });

  it('names the shards that do not respond when it finds no order', async () => {
    await isUp('shard1');
    const { body } = await place(newUser('a'));
    const held = await breakParts('shard1');
    const text = await orderText(body.order.id);
    expect(text).toContain('There is no order with this id in the shards that respond.');
    expect(text).toMatch(/orders_shard1 does not respond: /);
    await endBreak(held, 'SIGINT');
    await isUp('shard1');
    expect(await orderText(body.order.id)).toMatch(/^stored .* in orders_shard1$/m);
  });

  it('names the dead letter of an order whose event was given up, until it is replayed', async () => {
    await isUp('kafka');
    const { id, letter } = await givenUp();
    expect(await orderText(id)).toMatch(/^confirmed +not confirmed$/m);
    expect(await dlt('replay', letter)).toMatchObject({ code: 0 });
    await expect.poll(() => orderText(id), { timeout: PATIENCE_MS }).toMatch(/^Nothing is outstanding\.$/m);
  });

  /** Places orders until consume-orders, which is killed whenever it runs, has confirmed one of them in no attempt. */
  async function givenUp(): Promise<{ id: string; letter: string }> {
    const ending = new AbortController();
    const killing = killConsumers(ending.signal);
    try {
      for (;;) {
        const id = (await place(newUser('a'))).body.order.id;
        const settled = /gave its event up: .* replay (orders-\d+-\d+)|^(Nothing) is outstanding/m;
        const [, letter] = await vi.waitUntil(async () => settled.exec(await orderText(id)), {
          timeout: PATIENCE_MS,
          interval: 500,
        });
        if (letter !== undefined) return { id, letter };
      }
    } finally {
      ending.abort();
      await killing;
    }
  }
});

const dlt = (...args: string[]) => runToEnd([...args, '--data-dir', dataDir], process.env, 'scripts/dlt/main.ts');

async function killConsumers(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    signalServers(processGroups(run.pid, dataDir).get('consume-orders') ?? [], 'SIGKILL');
    await delay(10);
  }
}
