import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../../../tooling/log.ts';
import type { RequestIds } from '../../../tooling/log-entry.ts';
import { listenOnLoopback } from '../../../tooling/ports.ts';
import { PeerFinder, SOCKET_OWNERS_ARE_KNOWN } from '../../../tooling/sockets.ts';
import { localOnly } from '../../http/local-only.ts';
import { MAX_RESPONSE_BYTES } from './errors.ts';
import { outcomeOf, type PlatformFailure, responseTooLarge } from './failures.ts';
import type { Outcome } from './platform-log.ts';

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** By the monotonic clock: a wall clock that is set back prolongs no timeout. */
  readonly deadline: number;
  readonly traceId: string;
  readonly payload: string;
  readonly clientContext?: object | undefined;
  /** How the log names the request that it is about. */
  readonly caller?: RequestIds;
}

export interface RuntimeResponse {
  readonly payload: string;
  readonly functionError?: 'Unhandled';
  readonly outcome: Outcome;
}

/** An error that the runtime reports, as it words it. */
export interface RuntimeError {
  readonly payload: string;
  readonly errorType: string;
}

/** The response to an invocation that Lambda ends with a failure. */
export function failedResponse(failure: PlatformFailure): RuntimeResponse {
  return { payload: JSON.stringify(failure), functionError: 'Unhandled', outcome: outcomeOf(failure) };
}

interface Pending {
  readonly invocation: Invocation;
  readonly respond: (response: RuntimeResponse) => void;
  handedOut: boolean;
}

/**
 * The Runtime API of one execution environment, on a loopback port: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
 * On AWS nobody else can reach it. Here, where the system tells who calls, only the environment's own processes may.
 */
export class RuntimeApi {
  /** Called when the runtime asks for an event and there is none yet. */
  onWaiting: () => void = () => {};
  readonly #ready = Promise.withResolvers<void>();
  readonly #initError = Promise.withResolvers<RuntimeError>();
  readonly #server: Server;
  readonly #log: Pick<Log, 'warn'>;
  /** Once per connection: a runtime keeps its own. */
  readonly #admitted = new WeakMap<Duplex, Promise<boolean>>();
  #client: number | undefined;
  #ownConnection: Duplex | undefined;
  #initEnded = false;
  #pending: Pending | undefined;
  #poll: ServerResponse | undefined;

  constructor(log: Pick<Log, 'warn'>) {
    this.#log = log;
    // Waiting for the next event, and running it, may take longer than Node's default request timeout.
    this.#server = createServer(
      { requestTimeout: 0, keepAliveTimeout: 0 },
      localOnly((request, response) => {
        this.#handle(request, response).catch((error: Error) => response.destroy(error));
      }),
    );
    this.#server.on('connection', (socket) => {
      if (socket !== this.#ownConnection) this.#admitted.set(socket, this.#isClient(socket));
    });
  }

  /** Resolves when the runtime asks for its first event, which ends the init phase. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Whether the runtime waits for its next event. */
  get waiting(): boolean {
    return this.#poll !== undefined;
  }

  /** Resolves when the runtime reports that the init phase failed. */
  get initError(): Promise<RuntimeError> {
    return this.#initError.promise;
  }

  /** @returns `host:port`, the value of `AWS_LAMBDA_RUNTIME_API` */
  async listen(): Promise<string> {
    return `127.0.0.1:${await listenOnLoopback(this.#server)}`;
  }

  /** Lets the environment's process, and what it starts, use the API. */
  serve(pid: number): void {
    this.#client = pid;
  }

  /** Serves the runtime over a connection that nobody else can have, which spares the look at who calls, and TCP. */
  accept(connection: Duplex): void {
    this.#ownConnection = connection;
    this.#server.emit('connection', connection);
  }

  /** Hands one event to the runtime and waits for the response. */
  deliver(invocation: Invocation): Promise<RuntimeResponse> {
    return new Promise((respond) => {
      this.#pending = { invocation, respond, handedOut: false };
      this.#handOut();
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#ownConnection?.destroy();
  }

  async #isClient(socket: Socket): Promise<boolean> {
    if (!SOCKET_OWNERS_ARE_KNOWN) return true;
    const client = this.#client;
    return client !== undefined && (await new PeerFinder(() => [client]).peerOf(socket)) === client;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if ((await this.#admitted.get(request.socket)) === false) {
      this.#log.warn('refused another process, which called the Runtime API of this function');
      response.setHeader('Connection', 'close');
      return refuse(response, 403, 'Forbidden', "The Runtime API serves its own environment's processes only.");
    }
    const path = request.url?.replace('/2018-06-01/runtime/', '') ?? '';
    if (request.method === 'GET' && path === 'invocation/next') return this.#next(response);

    const body = await readBody(request);
    if (request.method === 'POST' && path === 'init/error') {
      if (this.#initEnded) return refuseTransition(response, 'Ready', 'InitError');
      this.#initError.resolve(reportedError(request, body));
      return accept(response);
    }
    const [, requestId, kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method !== 'POST' || !requestId) return refuse(response, 404, 'NotFound');
    const pending = this.#pending;
    if (!pending?.handedOut || pending.invocation.requestId !== requestId) {
      return refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
    }
    this.#pending = undefined;
    if (body.byteLength > MAX_RESPONSE_BYTES) {
      pending.respond(failedResponse(responseTooLarge()));
      const message = `Exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      return refuse(response, 413, 'RequestEntityTooLarge', message);
    }
    if (kind === 'response') {
      pending.respond({ payload: body.toString(), outcome: { status: 'success' } });
    } else {
      const { payload, errorType } = reportedError(request, body);
      pending.respond({ payload, functionError: 'Unhandled', outcome: { status: 'failure', errorType } });
    }
    accept(response);
  }

  #next(response: ServerResponse): void {
    const busy = this.#poll ? 'Ready' : this.#pending?.handedOut ? 'Running' : undefined;
    if (busy !== undefined) {
      refuseTransition(response, busy, 'Ready');
      return;
    }
    this.#initEnded = true;
    this.#poll = response;
    response.on('close', () => {
      if (this.#poll === response) this.#poll = undefined;
    });
    this.#ready.resolve();
    this.#handOut();
    if (this.#poll) this.onWaiting();
  }

  #handOut(): void {
    const pending = this.#pending;
    if (!this.#poll || !pending || pending.handedOut) return;
    pending.handedOut = true;
    const { invocation } = pending;
    const remainingMs = invocation.deadline - performance.now();
    this.#poll
      .writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
        'Lambda-Runtime-Deadline-Ms': String(Math.round(Date.now() + remainingMs)),
        'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
        'Lambda-Runtime-Trace-Id': invocation.traceId,
        ...(invocation.clientContext && { 'Lambda-Runtime-Client-Context': asciiJson(invocation.clientContext) }),
      })
      .end(invocation.payload);
    this.#poll = undefined;
  }
}

/** JSON that fits into a header. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    // Past the limit, the rest is read and dropped.
    if (received <= MAX_RESPONSE_BYTES) chunks.push(chunk);
    received += chunk.byteLength;
  }
  return Buffer.concat(chunks);
}

/** As AWS's own emulator has it, types that are not Lambda's do not count; the payload has them all the same. */
function reportedError({ headers }: IncomingMessage, body: Buffer): RuntimeError {
  const stated = String(headers['lambda-runtime-function-error-type']);
  const errorType = /(Runtime|Function)\.[A-Z][a-zA-Z]+/.test(stated) ? stated : 'Runtime.Unknown';
  return { payload: body.toString(), errorType };
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
}

/** As the Runtime API of AWS's own emulator: https://github.com/aws/aws-lambda-runtime-interface-emulator */
function refuseTransition(response: ServerResponse, from: string, to: string): void {
  const message = `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`;
  refuse(response, 403, 'InvalidStateTransition', message);
}

function refuse(response: ServerResponse, statusCode: number, errorType: string, errorMessage = errorType): void {
  response.writeHead(statusCode, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errorType, errorMessage }));
}
