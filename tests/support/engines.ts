import { join } from 'node:path';
import { type KafkaOptions, startKafka } from '../../local/engines/kafka/start-kafka.ts';
import { startPostgres } from '../../local/engines/postgres/start-postgres.ts';
import { type Credentials, Iam } from '../../local/services/iam/service.ts';
import { type ClusterOptions, serveCluster } from '../../local/services/msk/cluster.ts';
import { loadAuthority } from '../../local/tls/authority.ts';
import { silentLog } from '../../tooling/log-fixture.ts';
import { cacheDirOf } from '../../tooling/paths.ts';

/** How tests reach a Postgres server. */
export interface PostgresAccess {
  readonly port: number;
  /** Certificate of the authority that signed the server's. */
  readonly caPem: string;
  readonly superuser: { readonly name: string; readonly password: string };
}

/** How tests reach a Kafka broker. */
export interface KafkaAccess {
  /** Of the plaintext listener. */
  readonly port: number;
  /** Of the listener that takes MSK IAM tokens over TLS. */
  readonly mskPort: number;
  /** How a listener in front of the broker reaches it. */
  readonly broker: ClusterOptions['broker'];
  /** Certificate of the authority that signed that listener's. */
  readonly caPem: string;
  /** Of a role that may sign in there. */
  readonly credentials: Credentials;
}

/** Starts a Postgres server on a free port. @param dir keeps its data */
export async function startTestPostgres(dir: string) {
  const superuser = { name: 'admin', password: 'admin' };
  const authority = await loadAuthority(join(dir, 'tls'), 'rds');
  const server = await startPostgres({
    name: 'postgres',
    dir: join(dir, 'postgres'),
    runDir: join(dir, 'run'),
    port: 0,
    superuser,
    database: 'postgres',
    certificate: await authority.issue('postgres'),
    log: silentLog,
  });
  const access: PostgresAccess = { port: server.port, caPem: authority.certificatePem, superuser };
  return { server, access };
}

/** Starts a Kafka broker, on free ports unless the options say otherwise. @param dir keeps its data */
export function startTestKafka(dir: string, options: Partial<KafkaOptions> = {}) {
  return startKafka({
    dir: join(dir, 'kafka'),
    runDir: join(dir, 'run'),
    cacheDir: cacheDirOf(process.env),
    plaintextPort: 0,
    saslAdvertisedPort: 0,
    log: silentLog,
    ...options,
  });
}

/**
 * Starts a Kafka broker with the listener in front of it that takes MSK IAM tokens.
 *
 * @param listenerPort where that listener listens; otherwise where the broker sends its clients
 */
export async function startTestMsk(dir: string, options: Partial<KafkaOptions> = {}, listenerPort?: number) {
  const authority = await loadAuthority(join(dir, 'tls'), 'public');
  const iam = new Iam();
  const arn = 'arn:aws:iam::000000000000:role/create-order';
  const credentials = iam.principals.issue({ kind: 'role', name: 'create-order', arn });
  const Statement = [{ Effect: 'Allow', Action: 'kafka-cluster:*', Resource: '*' }];
  await iam.policies.putRolePolicy('create-order', 'all of Kafka', { Version: '2012-10-17', Statement });
  const broker = await startTestKafka(dir, options);
  const cluster = await serveCluster({
    arn: 'arn:aws:kafka:us-east-1:000000000000:cluster/test/1-1',
    broker,
    iam,
    certificate: await authority.issue('msk'),
    ...(listenerPort === undefined ? {} : { listenerPort }),
    onDenial: () => {},
    log: silentLog,
  });
  const { host, plaintextPort, saslPort, saslAdvertisedPort, userClaim } = broker;
  const access: KafkaAccess = {
    port: plaintextPort,
    mskPort: saslAdvertisedPort,
    broker: { host, plaintextPort, saslPort, saslAdvertisedPort, userClaim },
    caPem: authority.certificatePem,
    credentials,
  };
  return {
    broker,
    listener: cluster,
    access,
    async stop() {
      await cluster.stop();
      await broker.stop();
    },
  };
}
