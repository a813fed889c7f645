import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';
import { DatabaseSecrets } from '../../functions/adapters/database-secrets.ts';
import { ShardSchemas } from '../../functions/adapters/postgres/shard-schemas.ts';
import { startPostgres } from '../../local/engines/postgres/start-postgres.ts';
import { silentLog } from '../../local/testing.ts';
import { loadAuthority } from '../../local/tls/authority.ts';
import { signalServers } from './processes.ts';

/** The one shard of these tests. */
export const SHARD = { id: 1, from: 'A', to: 'Z', secret: 'shard1/orderuser', masterSecret: 'shard1/master' };
export const MIGRATIONS = join(import.meta.dirname, '../../scripts/migrations');

interface Login {
  readonly username: string;
  readonly password: string;
}

/** The application user, with a password that would break SQL and URLs if anything forgot to quote it. */
export const USER: Login = { username: 'orderuser', password: "it's a pässword" };
export const MASTER: Login = { username: 'master', password: 'master-secret' };

/** A shard's Postgres, migrated, with its secrets. */
export class ShardServer {
  readonly #dir: string;
  readonly #engine: Awaited<ReturnType<typeof startPostgres>>;
  readonly #versions = new Map<string, Login>([
    [`${SHARD.masterSecret} AWSCURRENT`, MASTER],
    [`${SHARD.secret} AWSCURRENT`, USER],
  ]);
  /** How often a secret was read. */
  secretReads = 0;

  private constructor(dir: string, engine: Awaited<ReturnType<typeof startPostgres>>) {
    this.#dir = dir;
    this.#engine = engine;
  }

  static async start(): Promise<ShardServer> {
    const dir = mkdtempSync(join(tmpdir(), 'orderflow-shard-'));
    const authority = await loadAuthority(join(dir, 'tls'), 'rds');
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), authority.certificatePem]);
    const engine = await startPostgres({
      name: 'shard1',
      dir: join(dir, 'postgres'),
      runDir: join(dir, 'run'),
      port: 0,
      superuser: { name: MASTER.username, password: MASTER.password },
      database: 'orders_shard1',
      certificate: await authority.issue('shard1'),
      log: silentLog,
    });
    const server = new ShardServer(dir, engine);
    await new ShardSchemas(server.secrets(), { migrationsDir: MIGRATIONS, tls: true }, silentLog).migrate(SHARD);
    return server;
  }

  get port(): number {
    return this.#engine.port;
  }

  /** Labels a version of a secret, the application user's unless said otherwise, or takes the label away. */
  label(stage: 'AWSCURRENT' | 'AWSPENDING', login: Login | undefined, secret = SHARD.secret): void {
    const key = `${secret} ${stage}`;
    if (login === undefined) this.#versions.delete(key);
    else this.#versions.set(key, login);
  }

  /** A function's view of Secrets Manager, with nothing read yet; `port` is where its database seems to be. */
  secrets(port = this.port, dbname = 'orders_shard1'): DatabaseSecrets {
    const send = async ({ input }: { input: { SecretId: string; VersionStage: string } }) => {
      this.secretReads += 1;
      const login = this.#versions.get(`${input.SecretId} ${input.VersionStage}`);
      if (login === undefined) throw new ResourceNotFoundException({ message: 'no such version', $metadata: {} });
      return { SecretString: JSON.stringify({ host: '127.0.0.1', port, dbname, ...login }) };
    };
    return new DatabaseSecrets({ send } as never);
  }

  asMaster<T>(work: (client: pg.Client) => Promise<T>, database?: string): Promise<T> {
    return this.#signedIn(MASTER, work, database);
  }

  asUser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return this.#signedIn(USER, work);
  }

  /** Runs one statement as the master user and gives its rows. */
  sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.asMaster(async (client) => (await client.query(text, values)).rows);
  }

  /** Sends a signal to every process of the server. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#engine;
    if (pid !== undefined) signalServers([pid], signal);
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #signedIn<T>(
    { username, password }: Login,
    work: (client: pg.Client) => Promise<T>,
    database = 'orders_shard1',
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
