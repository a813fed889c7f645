import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A record as the function sees it, its value decoded. */
export interface SeenRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

export interface SeenInvocation {
  readonly functionName: string;
  readonly qualifier: string | null;
  readonly eventSourceArn: string;
  readonly bootstrapServers: string;
  readonly records: readonly SeenRecord[];
}

/** What comes of an invocation: the function's result, its failure, or Lambda's refusal to invoke it. */
export type Answer =
  | { readonly result: unknown }
  | { readonly functionError: unknown }
  | { readonly refusal: readonly [status: number, code: string] };

export const OK: Answer = { result: null };

export const EXECUTED_VERSION = '7';
export const REQUEST_ID = 'f0000000-0000-4000-8000-000000000000';

/** Lambda's Invoke API as LocalStack speaks it, with functions that do what the test says. */
export class FakeLambda {
  /** All of them, those that were refused included. */
  readonly invocations: SeenInvocation[] = [];
  answer: (invocation: SeenInvocation) => Answer | Promise<Answer> = () => OK;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: Error) => response.destroy(error));
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @param port 0 for any free one */
  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  /** Goes away as a killed server does. @returns the port that it had */
  async stop(): Promise<number> {
    const { port } = this.#server.address() as AddressInfo;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    return port;
  }

  /** The values that a function got, in their order. */
  valuesOf(functionName: string): string[] {
    const own = this.invocations.filter((invocation) => invocation.functionName === functionName);
    return own.flatMap(({ records }) => records.map(({ value }) => value));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://lambda');
    const [, functionName] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url.pathname) ?? [];
    if (request.method !== 'POST' || functionName === undefined) throw new Error(`unexpected: ${request.url}`);
    const event = (await json(request)) as Pick<SeenInvocation, 'eventSourceArn' | 'bootstrapServers'> & {
      records: Record<string, SeenRecord[]>;
    };
    const records = Object.values(event.records)
      .flat()
      .map(({ partition, offset, value }) => ({ partition, offset, value: Buffer.from(value, 'base64').toString() }));
    const { eventSourceArn, bootstrapServers } = event;
    const qualifier = url.searchParams.get('Qualifier');
    const invocation = { functionName, qualifier, eventSourceArn, bootstrapServers, records };
    this.invocations.push(invocation);
    respond(response, await this.answer(invocation));
  }
}

function respond(response: ServerResponse, answer: Answer): void {
  response.setHeader('x-amzn-RequestId', REQUEST_ID);
  response.setHeader('Content-Type', 'application/json');
  if ('refusal' in answer) {
    const [status, code] = answer.refusal;
    response.writeHead(status, { 'x-amzn-errortype': code });
    response.end(JSON.stringify({ __type: code, message: 'refused by the test' }));
    return;
  }
  const failed = 'functionError' in answer;
  response.writeHead(200, {
    'X-Amz-Executed-Version': EXECUTED_VERSION,
    ...(failed && { 'X-Amz-Function-Error': 'Unhandled' }),
  });
  response.end(JSON.stringify(failed ? answer.functionError : answer.result));
}
