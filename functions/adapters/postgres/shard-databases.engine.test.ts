import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inTime } from '../../../tests/support/in-time.ts';
import { SHARD, TestShard } from '../../../tests/support/test-shard.ts';
import { TcpRelay } from '../../../tooling/tcp-relay.ts';
import { CONNECTIONS_PER_SHARD } from '../../domain/shard-map.ts';
import { MemoryLog } from '../../testing/ports.ts';
import type { DatabaseSecrets } from '../database-secrets.ts';
import { REQUEST_LIMITS, ShardDatabases } from './shard-databases.ts';

const SELECT_ONE = { text: 'SELECT 1', values: [] };
const UNAVAILABLE = { code: 'shard_unavailable', shard: 'shard1' };

let shard: TestShard;

const changePassword = (password: string) =>
  shard.sql(`ALTER ROLE ${shard.user.username} PASSWORD '${password.replaceAll("'", "''")}'`);

/** One query on a connection of its own. */
async function queryAfresh(secrets: DatabaseSecrets): Promise<void> {
  const databases = shard.open(secrets);
  try {
    await databases.query(SHARD, SELECT_ONE);
  } finally {
    await databases.close();
  }
}

async function expectUnavailable(databases: ShardDatabases, withinMs: number): Promise<void> {
  await expect(inTime(withinMs, databases.query(SHARD, SELECT_ONE))).rejects.toMatchObject(UNAVAILABLE);
}

beforeAll(async () => {
  shard = await TestShard.create();
});

describe('a shard', () => {
  it('is asked over one connection, however much there is to ask', async () => {
    await shard.sql(`ALTER ROLE ${shard.user.username} CONNECTION LIMIT ${CONNECTIONS_PER_SHARD}`);
    const databases = shard.open();
    await Promise.all(Array.from({ length: 20 }, () => databases.query(SHARD, SELECT_ONE)));
    await expect(queryAfresh(shard.secrets())).rejects.toMatchObject({ ...UNAVAILABLE, cause: { code: '53300' } });
    await databases.close();
    await shard.sql(`ALTER ROLE ${shard.user.username} CONNECTION LIMIT -1`);
  });
});

describe('a connection that broke', () => {
  it('is replaced while the query waits', async () => {
    const databases = shard.open();
    await databases.query(SHARD, SELECT_ONE);
    await shard.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${shard.user.username}'`);
    await databases.query(SHARD, SELECT_ONE);
    await databases.close();
  });
});

describe('a connection that the server ends while it is idle', () => {
  it('is replaced when it is needed', async () => {
    await shard.sql(`ALTER ROLE ${shard.user.username} SET idle_session_timeout = '50ms'`);
    const databases = shard.open();
    await databases.query(SHARD, SELECT_ONE);
    const connected = `SELECT FROM pg_stat_activity WHERE usename = '${shard.user.username}'`;
    await expect.poll(() => shard.sql(connected)).toEqual([]);
    await databases.query(SHARD, SELECT_ONE);
    await databases.close();
    await shard.sql(`ALTER ROLE ${shard.user.username} RESET idle_session_timeout`);
  });
});

describe('a shard that hangs', () => {
  let relay: TcpRelay;
  let databases: ShardDatabases;

  beforeEach(async () => {
    relay = await TcpRelay.start(shard.port);
    databases = new ShardDatabases(
      { shards: [SHARD], tls: true },
      shard.secrets(relay.port),
      new MemoryLog(),
      REQUEST_LIMITS,
    );
    return async () => {
      await databases.close();
      await relay.stop();
    };
  });

  /** Opening a connection may take a busy machine longer than a request may. */
  const works = () => expect.poll(() => databases.query(SHARD, SELECT_ONE)).toHaveLength(1);

  it('is given up within 1.8 s on a kept connection, and used again when it is back', async () => {
    await works();
    relay.blackHole = true;
    await expectUnavailable(databases, 1_800);
    await expectUnavailable(databases, 1_800);
    relay.blackHole = false;
    await works();
  });

  it('is given up within 1.8 s on a new connection', async () => {
    relay.blackHole = true;
    await expectUnavailable(databases, 1_800);
  });

  it('is told at once when it refuses connections', async () => {
    await relay.stop();
    await expectUnavailable(databases, 500);
    relay = await TcpRelay.start(shard.port);
  });

  it('is given up in time as well when it keeps refusing the login', async () => {
    shard.label('AWSCURRENT', { ...shard.user, password: 'wrong' });
    try {
      await expectUnavailable(databases, 1_800);
    } finally {
      shard.label('AWSCURRENT', shard.user);
    }
    await works();
  });
});

describe('a rotated password', () => {
  it('is read once when it was rotated long ago', async () => {
    const secrets = shard.secrets();
    shard.label('AWSCURRENT', { ...shard.user, password: 'of yesterday' });
    await secrets.get(SHARD.secret);
    shard.label('AWSCURRENT', shard.user);
    const databases = shard.open(secrets);
    await databases.query(SHARD, SELECT_ONE);
    const reads = secrets.reads.length;
    await databases.query(SHARD, SELECT_ONE);
    await databases.close();
    await queryAfresh(secrets);
    expect(secrets.reads).toHaveLength(reads);
  });

  it('fails no query on a new connection, in whatever phase its rotation is', async () => {
    const next = { ...shard.user, password: 'next' };
    const failures: unknown[] = [];
    let [succeeded, rotating] = [0, true];
    const count = (query: Promise<void>) =>
      query.then(
        () => void succeeded++,
        (error) => void failures.push(error),
      );
    // One environment that read the secret before the rotation, and ever new ones.
    const held = shard.secrets();
    await held.get(SHARD.secret);
    const load = [
      async () => {
        while (rotating) await count(queryAfresh(held));
      },
      async () => {
        while (rotating) await count(queryAfresh(shard.secrets()));
      },
    ].map((work) => work());
    const phase = async (change: () => unknown) => {
      await change();
      const before = succeeded;
      await expect.poll(() => failures.length > 0 || succeeded).toSatisfy((n) => n === true || n >= before + 10);
    };

    await phase(() => undefined);
    await phase(() => shard.label('AWSPENDING', next));
    await phase(() => changePassword(next.password));
    await phase(() => shard.label('AWSCURRENT', next));
    await phase(() => shard.label('AWSPENDING', undefined));
    rotating = false;
    await Promise.all(load);
    expect(failures).toEqual([]);

    await changePassword(shard.user.password);
    shard.label('AWSCURRENT', shard.user);
  });
});
