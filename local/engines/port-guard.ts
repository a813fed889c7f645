import { randomInt } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Log } from '../../tooling/log.ts';
import { listenAtEach } from '../../tooling/ports.ts';
import { type Admits, leaveUnanswered } from '../../tooling/sockets.ts';

export interface PortGuardOptions {
  /** Where clients connect; port 0 means any free one. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Where the server listens, on the same port. */
  readonly host: string;
  readonly admits: Admits;
  readonly log: Pick<Log, 'debug'>;
}

export interface PortGuard {
  readonly port: number;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

/**
 * An address of this machine, out of 16 million, for a server that is to be reached through a guard alone: there is no telling it
 * from its port. Linux has all of 127.0.0.0/8 (https://www.rfc-editor.org/rfc/rfc1122#section-3.2.1.3); other systems do not.
 */
export function hiddenAddress(): string {
  return `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
}

/**
 * Listens in front of a server and passes bytes on, unread. While the server is down, connections are reset at once.
 *
 * @throws the system's error when it cannot listen on the port, such as EADDRINUSE
 */
export async function startPortGuard(options: PortGuardOptions): Promise<PortGuard> {
  const connections = new Set<Socket>();
  const track = (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  };
  const serve = async (client: Socket) => {
    track(client);
    client.on('error', (error) => options.log.debug('a connection failed: %s', error.message));
    const admitted = await options.admits(client);
    if (client.destroyed) return;
    if (admitted) track(pass(client, { host: options.host, port }, options.log));
    else leaveUnanswered(client);
  };
  const create = () => createServer({ allowHalfOpen: true, noDelay: true }, serve);
  const { port, servers } = await listenAtEach(options.addresses, options.port, create);
  return {
    port,
    async stop() {
      const closed = servers.map((server: Server) => new Promise((resolve) => server.close(resolve)));
      for (const socket of connections) socket.destroy();
      await Promise.all(closed);
    },
  };
}

/** Joins a client to the server. @returns the connection to the server */
function pass(client: Socket, to: { host: string; port: number }, log: Pick<Log, 'debug'>): Socket {
  const server = connect({ ...to, allowHalfOpen: true, noDelay: true });
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.on('error', (error) => {
      log.debug('a connection failed: %s', error.message);
      other.resetAndDestroy();
    });
    socket.once('close', () => other.destroySoon());
    socket.pipe(other);
  }
  return server;
}
