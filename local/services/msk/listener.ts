import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Log } from '../../../tooling/log.ts';
import { listenOnLoopback } from '../../../tooling/ports.ts';
import { type Admits, leaveUnanswered } from '../../../tooling/sockets.ts';
import type { Principal } from '../../aws-api/api-call.ts';
import type { Denial } from '../../engines/kafka/denial.ts';
import type { Certificate } from '../../tls/authority.ts';
import { CLUSTER_NAME } from './acls.ts';
import { guardIdempotentProducers } from './idempotent-producers.ts';
import { type BrokerSide, SignInRefused, signIn } from './sign-in.ts';

export interface SignInListenerOptions {
  /** Port on 127.0.0.1, which the broker advertises; 0 means any free port. */
  readonly port: number;
  readonly broker: BrokerSide;
  readonly certificate: Certificate;
  /** Whose token it is; throws an Error that says why it is refused. */
  readonly authenticate: (token: string) => Principal;
  /** All may by default. */
  readonly admits?: Admits | undefined;
  /** Told of what is refused in the broker's place. */
  readonly onDenial: (denial: Denial) => void;
  readonly log: Log;
}

export interface SignInListener {
  readonly port: number;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

const SIGN_IN_TIMEOUT_MS = 10_000;

/**
 * Opens the Kafka port for clients with IAM credentials, port 9098 of an MSK broker: TLS, then SASL/OAUTHBEARER with an MSK
 * IAM token. After sign-in, messages pass between client and broker, whose access lists decide on each of them. While the
 * broker is down, connections are closed at once and clients retry, as with a broker that restarts.
 */
export async function startSignInListener(options: SignInListenerOptions): Promise<SignInListener> {
  const { certificate, log } = options;
  const connections = new Set<Socket>();
  const track = (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  };
  const tls = createTlsServer({
    cert: certificate.certificatePem,
    key: certificate.keyPem,
    minVersion: 'TLSv1.2',
    handshakeTimeout: SIGN_IN_TIMEOUT_MS,
  });
  tls.on('tlsClientError', (error) => log.debug('a TLS handshake failed: %s', error.message));
  tls.on('secureConnection', (client) => {
    serve(client, options, track).catch((error: Error) => {
      if (error instanceof SignInRefused) log.warn(`refused a sign-in: ${error.message}`);
      else log.debug('a connection ended before sign-in: %s', error.message);
      // Not destroy: the response still has to reach the client.
      client.destroySoon();
    });
  });

  const server = createServer({ noDelay: true }, async (socket) => {
    track(socket);
    socket.on('error', (error) => log.debug('a client connection failed: %s', error.message));
    const admitted = (await options.admits?.(socket)) ?? true;
    if (socket.destroyed) return;
    if (admitted) tls.emit('connection', socket);
    else leaveUnanswered(socket);
  });
  const port = await listenOnLoopback(server, options.port);
  return {
    port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

async function serve(
  client: TLSSocket,
  options: SignInListenerOptions,
  track: (socket: Socket) => void,
): Promise<void> {
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  client.on('error', (error) => options.log.debug('a client connection failed: %s', error.message));
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(SIGN_IN_TIMEOUT_MS)]);
  const session = await signIn(client, { ...options, signal });
  if (session === undefined) {
    client.destroy();
    return;
  }
  const { broker, principal, user } = session;
  track(broker);
  options.log.debug('%s signed in', principal.name);
  client.once('close', () => broker.destroy());
  broker.once('close', () => client.destroy());
  const { requests, responses } = guardIdempotentProducers(user.mayProduceIdempotently, () =>
    options.onDenial({
      user: user.name,
      operation: 'IDEMPOTENT_WRITE',
      resourceType: 'CLUSTER',
      resourceName: CLUSTER_NAME,
    }),
  );
  for (const filter of [requests, responses]) filter.on('error', (error) => client.destroy(error));
  client.pipe(requests).pipe(broker);
  broker.pipe(responses).pipe(client);
}
