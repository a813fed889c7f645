import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import tls from 'node:tls';
import pg from 'pg';
import { inject } from 'vitest';
import { AwsServiceError } from '../../functions/adapters/aws/aws-service-error.ts';
import { DatabaseSecrets } from '../../functions/adapters/database-secrets.ts';
import { ShardDatabases } from '../../functions/adapters/postgres/shard-databases.ts';
import { ShardSchemas } from '../../functions/adapters/postgres/shard-schemas.ts';
import { MemoryLog } from '../../functions/testing/ports.ts';
import { silentLog } from '../../tooling/log-fixture.ts';
import type { PostgresAccess } from './engines.ts';

/** The one shard of these tests. */
export const SHARD = {
  id: 1,
  from: 'A',
  to: 'Z',
  secret: 'shard1/orderuser',
  masterSecret: 'shard1/master',
  moverSecret: 'shard1/ordermover',
};
export const MIGRATIONS = join(import.meta.dirname, '../../scripts/migrations');

/** A busy machine may not keep the limits of a request; tests of those take them as they are. */
export const UNHURRIED = { connect: 60_000, statement: 60_000, total: 90_000 };

interface Login {
  readonly username: string;
  readonly password: string;
  /** Where a version of the secret says that the database is; by default, where it is. */
  readonly port?: number;
}

/**
 * A migrated shard with its secrets: a database and users of its own on a Postgres server, since users belong to the whole
 * server.
 */
export class TestShard {
  readonly #server: PostgresAccess;
  readonly #versions: Map<string, Login>;
  readonly database: string;
  readonly master: Login;
  /** The application user, with a password that would break SQL and URLs if anything forgot to quote it. */
  readonly user: Login;
  /** The user that moves users' orders. */
  readonly mover: Login;

  private constructor(server: PostgresAccess) {
    const suffix = randomBytes(5).toString('hex');
    this.#server = server;
    this.database = `orders_${suffix}`;
    this.master = { username: `master_${suffix}`, password: 'master-secret' };
    this.user = { username: `orderuser_${suffix}`, password: "it's a pässword" };
    this.mover = { username: `ordermover_${suffix}`, password: 'mover-secret' };
    this.#versions = new Map([
      [`${SHARD.masterSecret} AWSCURRENT`, this.master],
      [`${SHARD.secret} AWSCURRENT`, this.user],
      [`${SHARD.moverSecret} AWSCURRENT`, this.mover],
    ]);
  }

  /** @param server the one that all tests share, unless said otherwise */
  static async create(server: PostgresAccess = inject('postgres')): Promise<TestShard> {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), server.caPem]);
    const shard = new TestShard(server);
    const { username, password } = shard.master;
    const { name, password: superuserPassword } = server.superuser;
    await shard.#signedIn({ username: name, password: superuserPassword }, 'postgres', async (client) => {
      await client.query(`CREATE ROLE ${username} SUPERUSER LOGIN PASSWORD '${password}'`);
      await client.query(`CREATE DATABASE ${shard.database} OWNER ${username}`);
    });
    await new ShardSchemas(shard.secrets(), { migrationsDir: MIGRATIONS, tls: true }, silentLog).migrate(SHARD);
    return shard;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Labels a version of a secret, the application user's unless said otherwise, or takes the label away. */
  label(stage: 'AWSCURRENT' | 'AWSPENDING', login: Login | undefined, secret = SHARD.secret): void {
    const key = `${secret} ${stage}`;
    if (login === undefined) this.#versions.delete(key);
    else this.#versions.set(key, login);
  }

  /**
   * A function's view of Secrets Manager, with nothing read yet.
   *
   * @param port where its database seems to be
   * @returns also the ids of the secrets that were read through it
   */
  secrets(port = this.port, dbname = this.database): DatabaseSecrets & { readonly reads: string[] } {
    const reads: string[] = [];
    const secrets = new DatabaseSecrets(async (id, version) => {
      reads.push(id);
      const login = this.#versions.get(`${id} ${version}`);
      if (login === undefined) throw new AwsServiceError('ResourceNotFoundException', 'no such version');
      return JSON.stringify({ host: '127.0.0.1', port, dbname, ...login });
    });
    return Object.assign(secrets, { reads });
  }

  /** The shard as a function has it, without the limits of a request. @param byIndex as functions have it whose statements are named */
  open(secrets: DatabaseSecrets = this.secrets(), log = new MemoryLog(), byIndex = false): ShardDatabases {
    return new ShardDatabases({ shards: [SHARD], tls: true }, secrets, log, { ...UNHURRIED, byIndex });
  }

  asMaster<T>(work: (client: pg.Client) => Promise<T>, database = this.database): Promise<T> {
    return this.#signedIn(this.master, database, work);
  }

  asUser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return this.#signedIn(this.user, this.database, work);
  }

  asMover<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return this.#signedIn(this.mover, this.database, work);
  }

  /** Runs one statement as the master user and gives its rows. */
  sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.asMaster(async (client) => (await client.query(text, values)).rows);
  }

  async #signedIn<T>(
    { username, password }: Login,
    database: string,
    work: (client: pg.Client) => Promise<T>,
  ): Promise<T> {
    const at = { host: '127.0.0.1', port: this.port, database };
    const client = new pg.Client({ ...at, user: username, password, ssl: { rejectUnauthorized: true } });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
