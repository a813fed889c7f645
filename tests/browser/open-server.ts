import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A server that protects nothing: it shows that what a hostile page tries would work. */
export class OpenServer {
  static readonly SECRET = 'a secret of the open server';
  readonly #server = createServer((request, response) => this.#serve(request, response));
  /** The requests, each as method and body. */
  readonly received: string[] = [];

  static async start(): Promise<OpenServer> {
    const server = new OpenServer();
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.received.push(`${request.method} ${await text(request)}`);
    for (const what of ['Origin', 'Methods', 'Headers']) response.setHeader(`Access-Control-Allow-${what}`, '*');
    const { accept = '' } = request.headers;
    response.setHeader('Content-Type', accept === 'text/event-stream' ? accept : 'text/html');
    response.end(OpenServer.SECRET);
  }
}
