import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { parentsOfProcesses } from './processes.ts';
import { readTogether } from './read-together.ts';

/** Whether this system tells which process has a socket: the rest of this file is for Linux. */
export const SOCKET_OWNERS_ARE_KNOWN = process.platform === 'linux';

/** A TCP socket of this machine. */
export interface TcpSocket {
  /** `address:port`; an IPv4 address that an IPv6 socket uses is in its IPv4 form. */
  readonly local: string;
  readonly remote: string;
  readonly listens: boolean;
  /** The socket's number in the file system; undefined when no process has it any more. */
  readonly inode: string | undefined;
}

/**
 * https://docs.kernel.org/networking/proc_net_tcp.html. The kernel takes some milliseconds for each of the two tables, however few sockets
 * there are. It takes them in another thread.
 */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) =>
  readTogether(async () => (await readFile(path, 'utf8').catch(noneWithoutIt)).trimEnd().split('\n').slice(1)),
);
const LISTEN = '0A';
/** A table may lack a row while others come and go. */
const LOOKUPS = 3;

/** Whether a client may connect. Others get no response for as long as they wait. */
export type Admits = (client: Socket) => boolean | Promise<boolean>;

/** All TCP sockets, those of IPv4 first. */
export async function tcpSockets(): Promise<TcpSocket[]> {
  const tables = await Promise.all(TABLES.map((rows) => rows()));
  return tables.flat().map(socketIn);
}

/** The numbers of the sockets that a process has open; none when it has ended or belongs to another user. */
export function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const names = readIfThere(() => readdirSync(folder)) ?? [];
  const targets = names.map((name) => readIfThere(() => readlinkSync(`${folder}/${name}`)) ?? '');
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}

/**
 * Tells which of some processes is at the other end of connections within this machine, be it itself, one that it has started, or one in a
 * user namespace of it. That takes the kernel some 10 ms, once for all connections that are asked for meanwhile.
 */
export class PeerFinder {
  readonly #owners: () => Promise<SocketOwners>;

  /** @param pids the processes in question now */
  constructor(pids: () => readonly number[]) {
    this.#owners = readTogether(async () => new SocketOwners(pids()));
  }

  /** @returns one of the processes; or that it is another one; or that nobody has the connection any more, so that it can be anybody's */
  async peerOf(socket: Socket): Promise<number | 'other' | 'gone'> {
    const inode = await peerInode(socket);
    if (inode === undefined) return 'gone';
    return (await this.#owners()).of(inode) ?? 'other';
  }
}

/** Whose sockets are: looked up among the processes themselves first, since that costs less. */
class SocketOwners {
  readonly #pids: readonly number[];
  #own: ReadonlyMap<string, number> | undefined;
  #further: ReadonlyMap<string, number> | undefined;

  constructor(pids: readonly number[]) {
    this.#pids = pids;
  }

  of(inode: string): number | undefined {
    this.#own ??= new Map(this.#pids.flatMap((pid) => entriesFor(pid, pid)));
    const itself = this.#own.get(inode);
    if (itself !== undefined) return itself;
    this.#further ??= new Map(this.#descendants().flatMap(([pid, root]) => entriesFor(pid, root)));
    return this.#further.get(inode);
  }

  #descendants(): [pid: number, root: number][] {
    const parents = parentsOfProcesses();
    const sandboxes = userNamespacesOf(this.#pids);
    const rootOf = (pid: number | undefined): number | undefined =>
      pid === undefined || this.#pids.includes(pid) ? pid : rootOf(parents.get(pid));
    return [...parents.keys()].flatMap((pid) => {
      const root = rootOf(parents.get(pid)) ?? sandboxes.get(userNamespace(pid) ?? '');
      return root === undefined ? [] : [[pid, root] as [number, number]];
    });
  }
}

function entriesFor(pid: number, root: number): [inode: string, root: number][] {
  return [...socketsOf(pid)].map((inode) => [inode, root]);
}

/** Whose process a namespace is: a process that leaves its parents, as a daemon does, is still in theirs. Without those of this process. */
function userNamespacesOf(pids: readonly number[]): Map<string, number> {
  const namespaces = new Map(pids.map((pid) => [userNamespace(pid) ?? '', pid]));
  for (const shared of ['', userNamespace('self') ?? '']) namespaces.delete(shared);
  return namespaces;
}

/** https://man7.org/linux/man-pages/man7/user_namespaces.7.html; undefined when it is not to be seen. */
function userNamespace(pid: number | 'self'): string | undefined {
  return readIfThere(() => readlinkSync(`/proc/${pid}/ns/user`));
}

/** Leaves a connection without a response for as long as the client keeps it. */
export function leaveUnanswered(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.once('end', () => socket.destroy());
  // What it sends is dropped, since the end of the connection comes after it.
  socket.resume();
}

async function peerInode({ remoteAddress, remotePort, localAddress, localPort }: Socket): Promise<string | undefined> {
  const [peer, here] = [`${remoteAddress}:${remotePort}`, `${localAddress}:${localPort}`];
  const ports = [remotePort, localPort].map((port = 0) => `:${port.toString(16).toUpperCase().padStart(4, '0')} `);
  for (let lookup = 0; lookup < LOOKUPS; lookup++) {
    for (const rows of TABLES) {
      const candidates = (await rows()).filter((row) => ports.every((port) => row.includes(port)));
      const found = candidates.map(socketIn).find(({ local, remote }) => local === peer && remote === here);
      if (found) return found.inode;
    }
  }
  return undefined;
}

function socketIn(row: string): TcpSocket {
  const [, local = '', remote = '', state, , , , , , inode = '0'] = row.trim().split(/\s+/);
  return {
    local: endpoint(local),
    remote: endpoint(remote),
    listens: state === LISTEN,
    inode: inode === '0' ? undefined : inode,
  };
}

/** `0100007F:1F90` is `127.0.0.1:8080`: each four bytes are a number of the processor, which has its last byte first. */
function endpoint(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const bytes = [...(address.match(/.{8}/g) ?? [])].flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  return `${bytes.length === 4 ? bytes.join('.') : ipv6(bytes)}:${Number.parseInt(port, 16)}`;
}

/** As Node writes it, where it is loopback, unspecified or an IPv4 address; otherwise in full. */
function ipv6(bytes: readonly number[]): string {
  const hex = Buffer.from(bytes).toString('hex');
  if (hex.startsWith('00000000000000000000ffff')) return bytes.slice(-4).join('.');
  if (/^0{31}[01]$/.test(hex)) return hex.endsWith('1') ? '::1' : '::';
  return hex.replaceAll(/(.{4})(?=.)/g, '$1:');
}

function readIfThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Without IPv6 there is no table for it. */
function noneWithoutIt(error: unknown): string {
  if (isGone(error)) return '';
  throw error;
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
}
