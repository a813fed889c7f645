import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { UserError } from './errors.ts';

export interface PortClaim {
  readonly port: number;
  /** What wants it, such as `orders_shard1`. */
  readonly part: string;
  /** The option that changes it, where there is one: `--postgres-port`. */
  readonly flag?: string;
  /** The environment variable that changes it, where there is one: `ORDERFLOW_POSTGRES_PORT`. */
  readonly variable?: string;
}

const LOOPBACK = ['127.0.0.1', '::1'] as const;
const HIGHEST_PORT = 65_535;
const CONNECT_TIMEOUT_MS = 1_000;

/**
 * Makes sure that the claimed ports are free; 0 claims nothing.
 *
 * @throws UserError naming every port that is not, what wanted it and the setting that changes it
 */
export async function checkPorts(claims: readonly PortClaim[]): Promise<void> {
  refuseImpossible(claims);
  const findings = await Promise.all(claims.map(async (claim) => ({ claim, obstacle: await obstacleOn(claim.port) })));
  const sentences = findings
    .filter(({ obstacle }) => obstacle !== undefined)
    .map(({ claim, obstacle }) => {
      const remedy = `choose another with ${settingsOf(claim).join(' or ')}`;
      return obstacle === 'taken'
        ? `Port ${claim.port}, wanted by ${claim.part}, is taken: stop what listens there, or ${remedy}.`
        : `Port ${claim.port}, wanted by ${claim.part}, may not be opened by this user: ${remedy}.`;
    });
  if (sentences.length > 0) throw new UserError(sentences.join('\n'));
}

const handedOut = new Set<number>();

/** A port number from 0 to 65535; undefined for any other text. */
export function parsePort(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= HIGHEST_PORT ? Number(text) : undefined;
}

/** A port that is free on 127.0.0.1 and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce('127.0.0.1', 0);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    return port;
  }
}

function refuseImpossible(claims: readonly PortClaim[]): void {
  for (const claim of claims) {
    const { port, part } = claim;
    if (port > HIGHEST_PORT) {
      throw new UserError(
        `${part} would get port ${port}, but ${HIGHEST_PORT} is the last: lower ${settingsOf(claim).join(' or ')}.`,
      );
    }
    const other = claims.find((each) => each.port === port && each.part !== part);
    if (port !== 0 && other) {
      const settings = [claim, other].map((each) => settingsOf(each)[0]);
      throw new UserError(`Port ${port} is wanted by ${part} and ${other.part}: change ${settings.join(' or ')}.`);
    }
  }
}

function settingsOf({ flag, variable }: PortClaim): string[] {
  return [flag, variable].filter((setting) => setting !== undefined);
}

async function obstacleOn(port: number): Promise<'taken' | 'forbidden' | undefined> {
  if (port === 0) return undefined;
  const outcomes = await Promise.all(LOOPBACK.map((host) => tryHost(host, port)));
  return outcomes.find((outcome) => outcome !== undefined);
}

async function tryHost(host: string, port: number): Promise<'taken' | 'forbidden' | undefined> {
  // macOS lets a process bind 127.0.0.1 although another one has the port on all addresses.
  if (await canConnect(host, port)) return 'taken';
  try {
    await listenOnce(host, port);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return 'taken';
    if (code === 'EACCES') return 'forbidden';
    // No IPv6 on this machine.
    if (host === '::1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) return undefined;
    throw error;
  }
}

function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

/**
 * Makes a server listen on 127.0.0.1.
 *
 * @param port 0 for any free one
 * @returns the port
 * @throws the system's error when it cannot listen there, such as EADDRINUSE
 */
export function listenOnLoopback(server: Server, port = 0): Promise<number> {
  return listen(server, port, '127.0.0.1');
}

async function listen(server: Server, port: number, address: string): Promise<number> {
  server.listen(port, address);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What `localhost` means on this machine: 127.0.0.1, and on many also ::1, which clients try first. */
export async function addressesOfLocalhost(): Promise<string[]> {
  const resolved = await lookup('localhost', { all: true }).catch(() => []);
  return ['127.0.0.1', ...(resolved.some(({ address }) => address === '::1') ? ['::1'] : [])];
}

/**
 * Listens on one port of several addresses. A server that people call as localhost needs all of {@link addressesOfLocalhost}:
 * otherwise another user's process can be what their clients find at the rest.
 *
 * @param port 0 for any that is free at all addresses
 * @param create makes a server; each address has its own
 * @returns the port, and the servers in the order of the addresses
 * @throws the system's error when one cannot listen; then none does
 */
export async function listenAtEach<T extends Server>(
  addresses: readonly string[],
  port: number,
  create: () => T,
): Promise<{ port: number; servers: T[] }> {
  const servers: T[] = [];
  let common = port;
  try {
    for (const address of addresses) {
      const server = create();
      common = await listen(server, common, address);
      servers.push(server);
    }
    return { port: common, servers };
  } catch (error) {
    for (const server of servers) server.close();
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (port === 0 && isTaken && servers.length > 0) return listenAtEach(addresses, port, create);
    throw error;
  }
}

/** Stops an HTTP server and cuts its connections; nothing happens when it does not listen. */
export async function closeServer(server: HttpServer): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Whether somebody takes connections at an address, `host:port`. */
export function isListening(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':');
  return canConnect(host, Number(port));
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
