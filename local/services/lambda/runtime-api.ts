import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_RESPONSE_BYTES, responseTooLargePayload } from './errors.ts';

/** One event on its way to a function. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly traceId: string;
  readonly payload: string;
}

/** What the runtime answered. */
export interface RuntimeAnswer {
  readonly payload: string;
  readonly functionError?: 'Unhandled';
}

interface Pending {
  readonly invocation: Invocation;
  readonly answer: (answer: RuntimeAnswer) => void;
  handedOut: boolean;
}

/**
 * The Lambda Runtime API of one execution environment, on loopback at a port of its own.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  /** Resolves when the runtime asks for its first event: its init phase is over. */
  readonly ready: Promise<void>;
  /** Resolves with the error payload when the runtime reports that its init phase failed. */
  readonly initError: Promise<string>;
  readonly #server: Server;
  readonly #signalReady: () => void;
  readonly #signalInitError: (payload: string) => void;
  #pending: Pending | undefined;
  #poll: ServerResponse | undefined;

  constructor() {
    const ready = Promise.withResolvers<void>();
    const initError = Promise.withResolvers<string>();
    this.ready = ready.promise;
    this.initError = initError.promise;
    this.#signalReady = ready.resolve;
    this.#signalInitError = initError.resolve;
    // A runtime may wait for its next event, and a function run, longer than Node's default request timeout.
    this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      this.#handle(request, response).catch((error: Error) => response.destroy(error));
    });
  }

  /** @returns `host:port`, the value of `AWS_LAMBDA_RUNTIME_API` */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hands one event to the runtime; resolves when the runtime has answered it. */
  deliver(invocation: Invocation): Promise<RuntimeAnswer> {
    return new Promise((answer) => {
      this.#pending = { invocation, answer, handedOut: false };
      this.#handOut();
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.replace('/2018-06-01/runtime/', '') ?? '';
    if (request.method === 'GET' && path === 'invocation/next') return this.#next(response);

    const body = await readBody(request);
    if (request.method === 'POST' && path === 'init/error') {
      this.#signalInitError(body.toString());
      return accept(response);
    }
    const [, requestId, kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method !== 'POST' || !requestId) return refuse(response, 404, 'NotFound');
    const pending = this.#pending;
    if (!pending?.handedOut || pending.invocation.requestId !== requestId) {
      return refuse(response, 400, 'InvalidRequestID');
    }
    this.#pending = undefined;
    if (body.byteLength > MAX_RESPONSE_BYTES) {
      pending.answer({ payload: responseTooLargePayload(), functionError: 'Unhandled' });
      return refuse(response, 413, 'RequestEntityTooLarge');
    }
    pending.answer({ payload: body.toString(), ...(kind === 'error' ? { functionError: 'Unhandled' as const } : {}) });
    accept(response);
  }

  #next(response: ServerResponse): void {
    this.#poll = response;
    response.on('close', () => {
      if (this.#poll === response) this.#poll = undefined;
    });
    this.#signalReady();
    this.#handOut();
  }

  #handOut(): void {
    const pending = this.#pending;
    if (!this.#poll || !pending || pending.handedOut) return;
    pending.handedOut = true;
    const { invocation } = pending;
    this.#poll
      .writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
        'Lambda-Runtime-Deadline-Ms': String(invocation.deadline),
        'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
        'Lambda-Runtime-Trace-Id': invocation.traceId,
      })
      .end(invocation.payload);
    this.#poll = undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let kept = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    // Past the limit only the fact that it is too large matters; the rest is read and dropped.
    if (kept <= MAX_RESPONSE_BYTES) chunks.push(chunk);
    kept += chunk.byteLength;
  }
  return Buffer.concat(chunks);
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
}

function refuse(response: ServerResponse, statusCode: number, errorType: string): void {
  response.writeHead(statusCode, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errorType, errorMessage: errorType }));
}
