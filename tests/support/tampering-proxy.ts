import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A response on its way to the client. */
export interface PassingResponse {
  status: number;
  headers: Headers;
  /** The body; JSON where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test changes what it likes.
  body: any;
}

/** Changes the response to a request, or leaves it as it is. */
export type Tamper = (request: { method: string; path: string }, response: PassingResponse) => void;

/** An HTTP server in front of an API that passes everything on, except for what a test changes in the responses. */
export class TamperingProxy {
  readonly #server: Server;

  private constructor(target: string, tamper: Tamper) {
    this.#server = createServer((request, response) => {
      passOn(request, response, target, tamper).catch((error: Error) => response.destroy(error));
    });
  }

  static async start(target: string, tamper: Tamper): Promise<TamperingProxy> {
    const proxy = new TamperingProxy(target, tamper);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function passOn(request: IncomingMessage, reply: ServerResponse, target: string, tamper: Tamper) {
  const { method = 'GET', url = '/' } = request;
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    ['host', 'connection', 'content-length', 'transfer-encoding'].includes(name) ? [] : [[name, String(value)]],
  );
  const body = await text(request);
  const passed = await fetch(target + url, {
    method,
    headers: Object.fromEntries(headers),
    ...(body === '' ? {} : { body }),
    redirect: 'manual',
  });
  const response = { status: passed.status, headers: new Headers(passed.headers), body: parse(await passed.text()) };
  tamper({ method, path: url }, response);
  // The body may have another length now.
  for (const name of ['content-length', 'transfer-encoding', 'connection']) response.headers.delete(name);
  reply.writeHead(response.status, Object.fromEntries(response.headers));
  reply.end(typeof response.body === 'string' ? response.body : JSON.stringify(response.body));
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
