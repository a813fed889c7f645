import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findEngines, findEnvironments } from '../../scripts/chaos/processes.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { runOfFile } from '../support/run-of-file.ts';

/** Longer than HTTP servers keep an idle connection. `FROZEN_SECONDS=600` is as long as Lambda may leave an environment alone. */
const FROZEN_SECONDS = Number(process.env.FROZEN_SECONDS ?? 20);

const run = runOfFile();

const place = (user: string) => call(run.addresses.api, 'POST', '/api/orders', orderOf(user));
const list = (user: string) => call(run.addresses.api, 'GET', `/api/orders?user_id=${user}`);
const health = async () => (await call(run.addresses.api, 'GET', '/health')).body.status;
const delivery = { receipt: 'stored', event: 'published' };

/** The environments of a function that are frozen: https://docs.kernel.org/filesystems/proc.html, table 1-4. */
function frozen(name: string): number[] {
  return [...findEnvironments(run.pid)].filter(
    (pid) =>
      readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`AWS_LAMBDA_FUNCTION_NAME=orderflow-dev-${name}\0`) &&
      readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T '),
  );
}

describe.runIf(process.platform === 'linux')(`after ${FROZEN_SECONDS} s in which nothing was called`, () => {
  it(
    'the first request of each function succeeds, although Postgres and Kafka were restarted meanwhile',
    async () => {
      const users = [newUser('a'), newUser('z')];
      for (const user of users) expect((await place(user)).body.delivery).toEqual(delivery);
      for (const user of users)
        await expect.poll(async () => (await list(user)).body.orders[0]?.status).toBe('confirmed');
      const names = ['create-order', 'list-orders', 'consume-orders', 'confirm-orders'];
      await expect.poll(() => names.filter((name) => frozen(name).length === 0)).toEqual([]);
      const before = names.map(frozen);

      for (const pid of findEngines(run.dataDir).values()) process.kill(pid, 'SIGKILL');
      await expect.poll(health).toBe('unhealthy');
      await expect.poll(health).toBe('healthy');
      await delay(FROZEN_SECONDS * 1000);
      expect(names.map(frozen)).toEqual(before);

      for (const user of users) {
        const listed = await list(user);
        expect({ status: listed.status, body: listed.body }).toMatchObject({ status: 200, body: { count: 1 } });
        const begun = performance.now();
        const placed = await place(user);
        expect(placed).toMatchObject({ status: 201, body: { delivery } });
        expect(performance.now() - begun).toBeLessThan(4_000);
      }
      for (const user of users) {
        await expect
          .poll(async () => (await list(user)).body.orders.map(({ status }: { status: string }) => status))
          .toEqual(['confirmed', 'confirmed']);
      }
      // They were the same environments.
      const after = names.map(frozen);
      expect(before.map((pids, index) => pids.filter((pid) => after[index]?.includes(pid)).length > 0)).toEqual(
        names.map(() => true),
      );
    },
    (FROZEN_SECONDS + 300) * 1000,
  );
});
