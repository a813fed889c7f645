import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A request and its response on one connection, in milliseconds. */
export interface RoundTrip {
  readonly start: number;
  end: number;
}

/** A TCP server on loopback in front of another, which counts round trips and can become slow or a black hole. */
export class TcpRelay {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  /** Of all connections. A request without a response has no end yet. */
  readonly roundTrips: RoundTrip[] = [];
  /** Time that every response takes in addition. */
  delayMs = 0;
  /** While true, connections are accepted and bytes are swallowed. */
  blackHole = false;

  private constructor(targetPort: number) {
    this.#server = net.createServer((client) => this.#serve(client, net.connect(targetPort, '127.0.0.1')));
  }

  /** @param port 0 means any free one */
  static async start(targetPort: number, port = 0): Promise<TcpRelay> {
    const relay = new TcpRelay(targetPort);
    await new Promise<void>((resolve) => relay.#server.listen(port, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(client: net.Socket, target: net.Socket): void {
    let current: RoundTrip | undefined;
    client.on('data', (bytes) => {
      if (this.blackHole) return;
      // What is sent before a response comes belongs to the same request.
      if (current === undefined || current.end < Number.POSITIVE_INFINITY) {
        current = { start: performance.now(), end: Number.POSITIVE_INFINITY };
        this.roundTrips.push(current);
      }
      target.write(bytes);
    });
    target.on('data', async (bytes) => {
      if (this.delayMs > 0) await delay(this.delayMs);
      if (this.blackHole) return;
      if (current !== undefined) current.end = performance.now();
      client.write(bytes);
    });
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.end();
      });
    }
  }
}

/** How many of the round trips at least began only after another one's end, along the longest such chain. */
export function sequentialRoundTrips(roundTrips: readonly RoundTrip[]): number {
  let [count, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { start, end } of roundTrips.toSorted((a, b) => a.end - b.end)) {
    if (start < until) continue;
    count += 1;
    until = end;
  }
  return count;
}
