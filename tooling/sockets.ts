import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { parentsOfProcesses } from './processes.ts';

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

const LISTEN = '0A';
/** A table may lack a row while others come and go. */
const LOOKUPS = 3;

/**
 * All TCP sockets, those of IPv4 first: https://docs.kernel.org/networking/proc_net_tcp.html. The kernel takes some milliseconds for
 * each of the two tables, however few sockets there are, so take no more than you need.
 */
export function* tcpSockets(): Generator<TcpSocket> {
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const [, ...rows] = readIfThere(() => readFileSync(table, 'utf8').trimEnd().split('\n')) ?? [];
    for (const row of rows) {
      const [, local = '', remote = '', state, , , , , , inode = '0'] = row.trim().split(/\s+/);
      yield {
        local: endpoint(local),
        remote: endpoint(remote),
        listens: state === LISTEN,
        inode: inode === '0' ? undefined : inode,
      };
    }
  }
}

/** The numbers of the sockets that a process has open; none when it has ended or belongs to another user. */
export function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const names = readIfThere(() => readdirSync(folder)) ?? [];
  const targets = names.map((name) => readIfThere(() => readlinkSync(`${folder}/${name}`)) ?? '');
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}

/**
 * Finds the process at the other end of a connection within this machine, among some processes and all that these have
 * started, or that is in a user namespace of theirs. It costs about 5 ms: ask once per connection.
 *
 * @returns which of `pids` it is, or descends from; undefined when it is none of them
 */
export function peerAmong(socket: Socket, pids: readonly number[]): number | undefined {
  const peer = peerOf(socket, pids);
  return typeof peer === 'number' ? peer : undefined;
}

/** As {@link peerAmong}, and tells another process from one that has closed the connection, and can be anybody. */
export function peerOf(socket: Socket, pids: readonly number[]): number | 'other' | 'gone' {
  const inode = peerInode(socket);
  if (inode === undefined) return 'gone';
  const itself = pids.find((pid) => socketsOf(pid).has(inode));
  if (itself !== undefined) return itself;
  const parents = parentsOfProcesses();
  const sandboxes = userNamespacesOf(pids);
  const rootOf = (pid: number | undefined): number | undefined =>
    pid === undefined || pids.includes(pid) ? pid : rootOf(parents.get(pid));
  for (const pid of parents.keys()) {
    const root = rootOf(parents.get(pid)) ?? sandboxes.get(userNamespace(pid) ?? '');
    if (root !== undefined && socketsOf(pid).has(inode)) return root;
  }
  return 'other';
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

function peerInode({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  const [peer, here] = [`${remoteAddress}:${remotePort}`, `${localAddress}:${localPort}`];
  for (let lookup = 0; lookup < LOOKUPS; lookup++) {
    const found = tcpSockets().find(({ local, remote }) => local === peer && remote === here);
    if (found) return found.inode;
  }
  return undefined;
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
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
