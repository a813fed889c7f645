import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../local/testing.ts';
import { SHARD, ShardServer, USER } from '../../../tests/support/shard-server.ts';
import { TcpRelay } from '../../../tests/support/tcp-relay.ts';
import { CONNECTIONS_PER_SHARD } from '../../domain/shard-map.ts';
import { MemoryLog } from '../../testing/ports.ts';
import type { DatabaseSecrets } from '../database-secrets.ts';
import { ShardDatabases } from './shard-databases.ts';

const SELECT_ONE = { text: 'SELECT 1', values: [] };
const UNAVAILABLE = { code: 'shard_unavailable', shard: 'shard1' };

let server: ShardServer;

const open = (secrets = server.secrets()) =>
  new ShardDatabases({ shards: [SHARD], tls: true }, secrets, new MemoryLog());
const changePassword = (password: string) =>
  server.sql(`ALTER ROLE ${USER.username} PASSWORD '${password.replaceAll("'", "''")}'`);

/** One query on a connection of its own. */
async function queryAfresh(secrets: DatabaseSecrets): Promise<void> {
  const databases = open(secrets);
  try {
    await databases.query(SHARD, SELECT_ONE);
  } finally {
    await databases.close();
  }
}

/** How long the query took to fail as it should, in milliseconds. */
async function timeToFail(databases: ShardDatabases): Promise<number> {
  const started = performance.now();
  await expect(databases.query(SHARD, SELECT_ONE)).rejects.toMatchObject(UNAVAILABLE);
  return performance.now() - started;
}

beforeAll(async () => {
  server = await ShardServer.start();
});
afterAll(() => server?.stop());

describe('a shard', () => {
  it('is asked over one connection, however much there is to ask', async () => {
    await server.sql(`ALTER ROLE ${USER.username} CONNECTION LIMIT ${CONNECTIONS_PER_SHARD}`);
    const databases = open();
    await Promise.all(Array.from({ length: 20 }, () => databases.query(SHARD, SELECT_ONE)));
    await expect(queryAfresh(server.secrets())).rejects.toMatchObject({ ...UNAVAILABLE, cause: { code: '53300' } });
    await databases.close();
    await server.sql(`ALTER ROLE ${USER.username} CONNECTION LIMIT -1`);
  });
});

describe('a connection', () => {
  const QUERY = {
    text: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    values: [],
  };

  it('is encrypted, unless the settings say that the server speaks no TLS', async () => {
    const [file] = await server.sql('SHOW hba_file');
    appendFileSync(String(file?.hba_file), 'hostnossl all all 127.0.0.1/32 scram-sha-256\n');
    await server.sql('SELECT pg_reload_conf()');
    for (const tls of [true, false]) {
      const databases = new ShardDatabases({ shards: [SHARD], tls }, server.secrets(), new MemoryLog());
      expect(await databases.query(SHARD, QUERY)).toEqual([{ ssl: tls }]);
      await databases.close();
    }
  });
});

describe('a connection that broke', () => {
  it('is replaced while the query waits', async () => {
    const databases = open();
    await databases.query(SHARD, SELECT_ONE);
    await server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orderuser'`);
    await databases.query(SHARD, SELECT_ONE);
    await databases.close();
  });
});

describe('a connection that the server ends while it is idle', () => {
  it('is replaced when it is needed', async () => {
    await server.sql(`ALTER ROLE ${USER.username} SET idle_session_timeout = '50ms'`);
    const databases = open();
    await databases.query(SHARD, SELECT_ONE);
    const connected = `SELECT FROM pg_stat_activity WHERE usename = '${USER.username}'`;
    await waitFor(async () => (await server.sql(connected)).length === 0);
    await databases.query(SHARD, SELECT_ONE);
    await databases.close();
    await server.sql(`ALTER ROLE ${USER.username} RESET idle_session_timeout`);
  });
});

describe('a shard that hangs', () => {
  let relay: TcpRelay;
  let databases: ShardDatabases;

  beforeEach(async () => {
    relay = await TcpRelay.start(server.port);
    databases = open(server.secrets(relay.port));
    return async () => {
      await databases.close();
      await relay.stop();
    };
  });

  it('is given up within 1.8 s on a kept connection, and used again when it is back', async () => {
    await databases.query(SHARD, SELECT_ONE);
    relay.blackHole = true;
    expect(await timeToFail(databases)).toBeLessThan(1_800);
    expect(await timeToFail(databases)).toBeLessThan(1_800);
    relay.blackHole = false;
    await databases.query(SHARD, SELECT_ONE);
  });

  it('is given up within 1.8 s on a new connection', async () => {
    relay.blackHole = true;
    expect(await timeToFail(databases)).toBeLessThan(1_800);
  });

  it('is given up within 1.8 s when its processes are stopped', async () => {
    const kept = open();
    await kept.query(SHARD, SELECT_ONE);
    server.signal('SIGSTOP');
    try {
      const times = await Promise.all([timeToFail(kept), timeToFail(databases)]);
      expect(Math.max(...times)).toBeLessThan(1_800);
    } finally {
      server.signal('SIGCONT');
    }
    await kept.query(SHARD, SELECT_ONE);
    await kept.close();
  });

  it('is told at once when it refuses connections', async () => {
    await relay.stop();
    expect(await timeToFail(databases)).toBeLessThan(500);
    relay = await TcpRelay.start(server.port);
  });

  it('is given up in time as well when it keeps refusing the login', async () => {
    server.label('AWSCURRENT', { ...USER, password: 'wrong' });
    try {
      expect(await timeToFail(databases)).toBeLessThan(1_800);
    } finally {
      server.label('AWSCURRENT', USER);
    }
    await databases.query(SHARD, SELECT_ONE);
  });
});

describe('a rotated password', () => {
  it('is read once when it was rotated long ago', async () => {
    const secrets = server.secrets();
    server.label('AWSCURRENT', { ...USER, password: 'of yesterday' });
    await secrets.get(SHARD.secret);
    server.label('AWSCURRENT', USER);
    const databases = open(secrets);
    await databases.query(SHARD, SELECT_ONE);
    const { secretReads } = server;
    await databases.query(SHARD, SELECT_ONE);
    await databases.close();
    await queryAfresh(secrets);
    expect(server.secretReads).toBe(secretReads);
  });

  it('fails no query on a new connection, in whatever phase its rotation is', async () => {
    const next = { ...USER, password: 'next' };
    const failures: unknown[] = [];
    let [succeeded, rotating] = [0, true];
    const count = (query: Promise<void>) =>
      query.then(
        () => void succeeded++,
        (error) => void failures.push(error),
      );
    // One environment that read the secret before the rotation, and ever new ones.
    const held = server.secrets();
    await held.get(SHARD.secret);
    const load = [
      async () => {
        while (rotating) await count(queryAfresh(held));
      },
      async () => {
        while (rotating) await count(queryAfresh(server.secrets()));
      },
    ].map((work) => work());
    const phase = async (change: () => unknown) => {
      await change();
      const before = succeeded;
      await waitFor(() => succeeded >= before + 10 || failures.length > 0);
    };

    await phase(() => undefined);
    await phase(() => server.label('AWSPENDING', next));
    await phase(() => changePassword(next.password));
    await phase(() => server.label('AWSCURRENT', next));
    await phase(() => server.label('AWSPENDING', undefined));
    rotating = false;
    await Promise.all(load);
    expect(failures).toEqual([]);

    await changePassword(USER.password);
    server.label('AWSCURRENT', USER);
  });
});
