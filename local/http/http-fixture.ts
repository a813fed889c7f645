import { once } from 'node:events';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type RequestListener, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on loopback, stopped when the test is over. */
export async function servedBy(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
}

/** Sends a request exactly as written; `fetch` would normalise its path and headers. */
export function call(
  url: string,
  method: string,
  path: string,
  options: { headers?: OutgoingHttpHeaders | readonly string[]; body?: string | Buffer } = {},
): Promise<ReceivedResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, path, headers: options.headers ?? {}, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const { statusCode: status = 0, headers, rawHeaders } = response;
      resolve({ status, headers, rawHeaders, bytes, text: bytes.toString() });
    });
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/** Sends bytes, reads nothing before all of them are on their way, and resolves with everything until the connection ends. */
export function exchange(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1').pause();
    let received = '';
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.once('end', () => resolve(received)).once('error', reject);
    for (const part of parts.slice(0, -1)) socket.write(part);
    socket.write(parts.at(-1) ?? '', () => socket.resume());
  });
}
