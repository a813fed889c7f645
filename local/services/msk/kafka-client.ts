import type { Base, BaseOptions, Connection } from '@platformatic/kafka';
import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { REGION } from '../../aws-identity.ts';
import type { Kafka } from '../../engines/kafka/start-kafka.ts';
import type { Authority } from '../../tls/authority.ts';
import type { Credentials } from '../iam/service.ts';
import { MECHANISM } from './oauthbearer.ts';

/** How a client reaches a cluster and signs in; every client of the library takes it. */
export type KafkaConnection = BaseOptions;

/** A broker that does not answer in this time is taken for frozen, and its connection is given up. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Short, because whoever uses a client goes on trying for as long as it takes. */
const RETRIES = { retries: 3, retryDelay: 200, requestTimeout: REQUEST_TIMEOUT_MS };

/** A connection without TLS and authentication. @param o.bootstrapServers `host:port,host:port` */
export function plaintextKafka(o: { clientId: string; bootstrapServers: string }): KafkaConnection {
  return { clientId: o.clientId, bootstrapBrokers: o.bootstrapServers.split(','), ...RETRIES };
}

/** A connection that signs in with an MSK IAM token, as a function does. @param o.bootstrapServers `host:port,host:port` */
export function signedInKafka(o: {
  credentials: Credentials;
  bootstrapServers: string;
  authority: Pick<Authority, 'certificatePem'>;
}): KafkaConnection {
  return {
    ...plaintextKafka({ clientId: 'event-source-mapping', bootstrapServers: o.bootstrapServers }),
    tls: { ca: [o.authority.certificatePem] },
    sasl: {
      mechanism: MECHANISM,
      token: async () => {
        const awsCredentialsProvider = async () => o.credentials;
        const { token } = await generateAuthTokenFromCredentialsProvider({ region: REGION, awsCredentialsProvider });
        return token;
      },
    },
  };
}

/** A broker that is reached without the sign-in listener, and how to sign in there. */
export interface DirectKafka {
  readonly host: string;
  readonly port: number;
  readonly connection: KafkaConnection;
}

/**
 * How this process itself reads from a broker on behalf of somebody. Both ends of a connection to the sign-in listener would be in this
 * process, which would encrypt for itself alone: most of the work of reading.
 *
 * @param token gives an unsigned token after the same checks that the listener makes
 */
export function directKafka(
  { host, saslPort }: Pick<Kafka, 'host' | 'saslPort'>,
  token: () => Promise<string>,
): DirectKafka {
  const connection = plaintextKafka({ clientId: 'event-source-mapping', bootstrapServers: `${host}:${saslPort}` });
  return { host, port: saslPort, connection: { ...connection, sasl: { mechanism: MECHANISM, token } } };
}

/**
 * Makes a client of the library safe to have: each of its connections tells of a failure through the call that it fails,
 * and again as an `error` event, which ends the process where nobody listens.
 *
 * @returns the client
 */
export function guarded<T extends Base>(client: T): T {
  client.connections.on('connecting', ({ connection }) => guardedConnection(connection));
  return client;
}

/**
 * As {@link guarded}, for a connection without a client. One that the other side has closed is closed here, too: otherwise it would wait for the
 * time of its next sign-in, and keep this process for as long.
 *
 * @returns the connection
 */
export function guardedConnection(connection: Connection): Connection {
  connection.on('error', () => {});
  connection.on('close', () => void connection.close());
  return connection;
}

/** An error of the library with what it wraps: the failures of several attempts, and causes. */
export function errorsIn(error: unknown): (Error & { readonly apiId?: string })[] {
  if (!(error instanceof Error)) return [];
  const attempts = error instanceof AggregateError ? error.errors : [];
  return [error, ...[...attempts, error.cause].flatMap(errorsIn)];
}

/** What is behind an error of the library, which wraps the cause and the failures of several attempts: a sentence. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors.at(-1));
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message.replace(/\.?$/, '.');
}
