import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Log } from '../../../tooling/log.ts';
import { PeerFinder, SOCKET_OWNERS_ARE_KNOWN } from '../../../tooling/sockets.ts';
import type { Network } from './network.ts';
import { internetPorts, type Ports, refusalOf, type Source, type Target } from './reach.ts';

/** What a function's own process lets the function connect to. */
export interface NetworkView {
  /** Ports of this machine that stand for what the function does not reach. */
  readonly closed: readonly number[];
  /** At which it reaches other machines; absent for all. */
  readonly internet?: Ports;
  /** By port of a guard: where on loopback the server is that the function reaches, so that its bytes need not pass through the guard. */
  readonly direct?: Readonly<Record<number, string>>;
}

/** Lets everything through. */
export const OPEN_NETWORK: NetworkView = { closed: [] };

/**
 * Who may connect to what stands for a part of AWS on this machine. Each listener that functions can reach asks it once per
 * connection, and leaves those that it refuses without a response: as on AWS, the client waits until its time is up.
 *
 * It knows functions by their processes, where the system tells whose a connection is. Everybody else is a person at this
 * machine, or the runner itself, and may connect.
 */
export class Connections {
  readonly #network: Network;
  readonly #log: Pick<Log, 'warn'>;
  /** By process id of an execution environment. */
  readonly #functions = new Map<number, Source>();
  readonly #finder = new PeerFinder(() => [...this.#functions.keys()]);
  readonly #peers = new WeakMap<Socket, Promise<Source | 'other' | 'gone'>>();
  readonly #told = new Set<string>();
  /** By port on loopback. */
  readonly #targets = new Map<number, readonly Target[]>();
  /** By port of a guard: the address of its server. */
  readonly #guarded = new Map<number, string>();
  #settled = false;

  constructor(network: Network, log: Pick<Log, 'warn'>) {
    this.#network = network;
    this.#log = log;
  }

  /** Learns what a port of this machine stands for: the function reaches it if it reaches one of the targets. */
  assign(port: number, ...targets: Target[]): void {
    this.#targets.set(port, targets);
  }

  /** Learns what a port stands for where a guard listens. @param host where on loopback the server listens, at the same port */
  assignGuarded(port: number, host: string, target: Target): void {
    this.assign(port, target);
    this.#guarded.set(port, host);
  }

  /** From now on, the rules of all resources exist, and what they do not let through stays closed. */
  settle(): void {
    this.#settled = true;
  }

  /** From now on, until it ends, a process with all that it starts is a function. */
  attach(process: ChildProcess, source: Source): void {
    const { pid, stdio } = process;
    if (pid === undefined) return;
    this.#functions.set(pid, source);
    process.once('exit', () => this.#functions.delete(pid));
    const reports = stdio[3];
    if (reports) createInterface({ input: reports as Readable }).on('line', (line) => this.#note(source, line));
  }

  /** What a function may connect to by itself, as far as that does not change any more. */
  viewOf(source: Source): NetworkView {
    const isClosed = (targets: readonly Target[]) =>
      targets.every((target) => refusalOf(this.#network, source, target) !== undefined);
    const ports = this.#settled ? [...this.#targets] : [];
    const closed = ports.flatMap(([port, targets]) => (isClosed(targets) ? [port] : []));
    const open = this.#settled ? [...this.#guarded].filter(([port]) => !closed.includes(port)) : [];
    return {
      closed,
      direct: Object.fromEntries(open),
      ...(source.place && { internet: internetPorts(this.#network, source.place) }),
    };
  }

  /** The function at the other end of a connection; undefined for others. It is looked up once per connection. */
  async functionAt(socket: Socket): Promise<Source | undefined> {
    const peer = await this.#peerOf(socket);
    return typeof peer === 'object' ? peer : undefined;
  }

  /** Whether the peer may connect to the target. The log says why not, once per function and target. */
  async admits(socket: Socket, target: Target): Promise<boolean> {
    const source = await this.functionAt(socket);
    return source ? this.reaches(source, target) : (await this.#peerOf(socket)) !== 'gone';
  }

  /** Whether a function, or whatever else is said to connect, reaches the target. The log says why not, once for each pair. */
  reaches(source: Source, target: Target): boolean {
    const refusal = refusalOf(this.#network, source, target);
    if (!refusal) return true;
    const pair = `${source.name} cannot connect to ${target.name}`;
    if (!this.#told.has(pair)) this.#log.warn('%s: %s. %s', pair, refusal.reason, refusal.remedy);
    this.#told.add(pair);
    return false;
  }

  /** A connection that the function's own process refused. */
  #note(source: Source, line: string): void {
    const { host, port, isLocal } = JSON.parse(line);
    const [local] = isLocal ? (this.#targets.get(port) ?? []) : [];
    this.reaches(source, local ?? { kind: 'internet', name: `${host}:${port}`, port });
  }

  #peerOf(socket: Socket): Promise<Source | 'other' | 'gone'> {
    const known = this.#peers.get(socket);
    if (known) return known;
    const peer = this.#find(socket);
    this.#peers.set(socket, peer);
    return peer;
  }

  async #find(socket: Socket): Promise<Source | 'other' | 'gone'> {
    if (!SOCKET_OWNERS_ARE_KNOWN || this.#functions.size === 0) return 'other';
    try {
      const peer = await this.#finder.peerOf(socket);
      return typeof peer === 'number' ? (this.#functions.get(peer) ?? 'gone') : peer;
    } catch (error) {
      // Such as too many open files. It could be anybody's.
      this.#log.warn('a connection gets no response, since it is not known whose it is: %s', (error as Error).message);
      return 'gone';
    }
  }
}
