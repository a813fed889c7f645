import type { Socket } from 'node:net';
import type { Log } from '../../../tooling/log.ts';
import { peerOf, SOCKET_OWNERS_ARE_KNOWN } from '../../../tooling/sockets.ts';
import type { Network } from './network.ts';
import { refusalOf, type Source, type Target } from './reach.ts';

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
  readonly #peers = new WeakMap<Socket, Source | 'other' | 'gone'>();
  readonly #told = new Set<string>();

  constructor(network: Network, log: Pick<Log, 'warn'>) {
    this.#network = network;
    this.#log = log;
  }

  /** From now on, a process and all that it starts are a function. */
  attach(pid: number, source: Source): void {
    this.#functions.set(pid, source);
  }

  detach(pid: number): void {
    this.#functions.delete(pid);
  }

  /** The function at the other end of a connection; undefined for others. It costs some milliseconds, once per connection. */
  functionAt(socket: Socket): Source | undefined {
    const peer = this.#peers.get(socket) ?? this.#find(socket);
    this.#peers.set(socket, peer);
    return typeof peer === 'object' ? peer : undefined;
  }

  /** Whether the peer may connect to the target. The log says why not, once per function and target. */
  admits(socket: Socket, target: Target): boolean {
    const source = this.functionAt(socket);
    return source ? this.reaches(source, target) : this.#peers.get(socket) !== 'gone';
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

  #find(socket: Socket): Source | 'other' | 'gone' {
    if (!SOCKET_OWNERS_ARE_KNOWN || this.#functions.size === 0) return 'other';
    const peer = peerOf(socket, [...this.#functions.keys()]);
    return typeof peer === 'number' ? (this.#functions.get(peer) ?? 'other') : peer;
  }
}
