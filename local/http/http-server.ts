import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Handle, handleRequests, type Refuse } from './http-listener.ts';

const LOOPBACK = '127.0.0.1';
/** How long requests that are under way may take once the server is to stop. */
const STOP_GRACE_MS = 3_000;
/** Above the idle time of common clients, so that they and not the server close a kept connection. */
const KEEP_ALIVE_MS = 65_000;

export interface RunningServer {
  /** `http://127.0.0.1:<port>`, unless it listens elsewhere. */
  readonly url: string;
  readonly port: number;
  /** Refuses new connections, lets running requests end, and cuts those that take longer than 3 s. */
  stop(): Promise<void>;
}

/**
 * Serves HTTP, on loopback unless told otherwise.
 *
 * @param refuse words the answers to malformed requests, which `handle` never sees
 * @param port 0 for any free one
 * @param host address to listen at; with 0.0.0.0 that is all of them
 * @throws the system's error when the port cannot be had, such as EADDRINUSE
 */
export async function serve(handle: Handle, refuse: Refuse, port: number, host = LOOPBACK): Promise<RunningServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false });
  handleRequests(server, handle, refuse);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host === '0.0.0.0' ? LOOPBACK : host}:${address.port}`,
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
