import { createServer, type Socket } from 'node:net';
import { beforeAll, expect, it, vi } from 'vitest';
import { SHARD, TestShard, UNHURRIED } from '../../../tests/support/test-shard.ts';
import { freePort, listenOnLoopback } from '../../../tooling/ports.ts';
import { MemoryLog } from '../../testing/ports.ts';
import { openDatabases } from './open-databases.ts';

const SELECT_ONE = { text: 'SELECT 1 AS one', values: [] };

let shard: TestShard;

beforeAll(async () => {
  shard = await TestShard.create();
});

const open = (secrets = shard.secrets(), log = new MemoryLog()) =>
  openDatabases({ shards: [SHARD], tls: true }, log, UNHURRIED, secrets);

it('leaves nothing but the statement to the first request: it is connected and signed in by then', async () => {
  const secrets = shard.secrets();
  const databases = await open(secrets);
  await shard.sql(`ALTER ROLE ${shard.user.username} NOLOGIN`);
  expect(await databases.query(SHARD, SELECT_ONE)).toEqual([{ one: 1 }]);
  expect(secrets.reads).toHaveLength(1);
  await databases.close();
  await shard.sql(`ALTER ROLE ${shard.user.username} LOGIN`);
});

it('leaves a shard that does not respond to the requests, and logs why', async () => {
  const log = new MemoryLog();
  const databases = await open(shard.secrets(await freePort()), log);
  expect(log.lines.at(-1)).toMatchObject({
    level: 'warn',
    message: 'a shard does not respond yet',
    fields: { shard: 'shard1', error: { cause: { code: 'ECONNREFUSED' } } },
  });
  await expect(databases.query(SHARD, SELECT_ONE)).rejects.toMatchObject({ code: 'shard_unavailable' });
  await databases.close();
});

it('does not wait for a shard that takes far longer than another one', async () => {
  const sockets: Socket[] = [];
  const hanging = createServer((socket) => void sockets.push(socket));
  const port = await listenOnLoopback(hanging);
  const other = { ...SHARD, id: 2, secret: 'shard2/orderuser' };
  const secrets = shard.secrets();
  const secretOf = secrets.get.bind(secrets);
  vi.spyOn(secrets, 'get').mockImplementation(async (id) => ({
    ...(await secretOf(SHARD.secret)),
    ...(id === other.secret && { port }),
  }));
  const databases = await openDatabases({ shards: [SHARD, other], tls: true }, new MemoryLog(), UNHURRIED, secrets);
  expect(await databases.query(SHARD, SELECT_ONE)).toEqual([{ one: 1 }]);
  hanging.close();
  for (const socket of sockets) socket.destroy();
  await databases.close();
});
