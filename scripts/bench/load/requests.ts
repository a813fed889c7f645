import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { OrderBody } from './orders.ts';

/** What a client asks for: an order to be placed, or a path to be read. */
export type Asked = OrderBody | string;

const TIMEOUT_MS = 35_000;

/**
 * An HTTP client that keeps its connections, and costs little itself.
 *
 * @param clients how many requests there are at a time
 * @returns sends a request and reads the response; resolves with what went wrong, if anything
 */
export function newHttpClient(api: string, clients: number): (asked: Asked) => Promise<string | undefined> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients, scheduling: 'fifo' });
  const { hostname, port } = new URL(api);
  const place = { host: hostname, port, agent, timeout: TIMEOUT_MS };
  return (asked) =>
    new Promise((resolve) => {
      const [options, body] =
        typeof asked === 'string'
          ? [{ ...place, path: asked }, undefined]
          : [
              { ...place, method: 'POST', path: '/api/orders', headers: { 'content-type': 'application/json' } },
              JSON.stringify(asked),
            ];
      const expected = body === undefined ? 200 : 201;
      const sent = request(options, async (response) => {
        // Read, as a client does that shows it.
        await text(response).catch(() => undefined);
        resolve(response.statusCode === expected ? undefined : String(response.statusCode));
      });
      sent.on('timeout', () => sent.destroy(new Error('no response in time')));
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      sent.end(body);
    });
}
