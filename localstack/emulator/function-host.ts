import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { localOnly } from '../../local/http/local-only.ts';
import type { RuntimeOptions } from '../../local/services/lambda/environment-variables.ts';
import { LambdaError } from '../../local/services/lambda/errors.ts';
import type { FunctionDefinition } from '../../local/services/lambda/function-definition.ts';
import { FunctionPool, type InvocationRequest, poolLimits } from '../../local/services/lambda/function-pool.ts';
import { ProcessReaper } from '../../local/services/lambda/process-reaper.ts';
import type { Log } from '../../tooling/log.ts';
import { closeServer, listenOnLoopback } from '../../tooling/ports.ts';

/** One version of a function, as the executor in LocalStack sends it. */
export type HostedFunction = Omit<FunctionDefinition, 'label'> & Pick<RuntimeOptions, 'endpointUrl' | 'region'>;

/** Functions reach LocalStack itself: nothing stands in for AWS's HTTPS endpoints. */
const NO_HTTPS_ENDPOINTS = { trustedCertificates: [], httpsPort: 443 };

/**
 * Runs LocalStack's functions as the local run does, in the process that starts LocalStack. The executor in LocalStack calls it, by
 * an address that nobody else knows: whoever knows it can run code. Below it, `PUT functions/<revision>` takes a
 * {@link HostedFunction}, `POST functions/<revision>/invocations` runs it, and `DELETE functions/<revision>` says that the version is no
 * longer served.
 */
export class FunctionHost {
  readonly #runtimeDir: string;
  readonly #log: Log;
  readonly #key = randomBytes(32).toString('base64url');
  readonly #reaper: ProcessReaper;
  readonly #limits = poolLimits();
  readonly #server = createServer(
    localOnly((request, response) => {
      this.#handle(request, response).catch((error: Error) => {
        if (!response.destroyed) respond(response, error instanceof LambdaError ? 503 : 500, { error: error.message });
      });
    }),
  );
  readonly #functions = new Map<string, ServedFunction>();
  /** Including those that finish work for a version that is no longer served. */
  readonly #pools = new Set<FunctionPool>();

  /** @param runtimeDir stands for `/var/runtime` */
  constructor({ runtimeDir, log }: { runtimeDir: string; log: Log }) {
    this.#runtimeDir = runtimeDir;
    this.#log = log;
    this.#reaper = new ProcessReaper(log);
  }

  /** Listens on any free port of loopback. @returns `host:port/key` */
  async listen(): Promise<string> {
    return `127.0.0.1:${await listenOnLoopback(this.#server)}/${this.#key}`;
  }

  /** Ends every process and forgets all functions. */
  async reset(): Promise<void> {
    this.#functions.clear();
    const pools = [...this.#pools];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.stop()));
  }

  async stop(): Promise<void> {
    await closeServer(this.#server);
    await this.reset();
    this.#reaper.stop();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const [, key, revision, invocations] = /^\/([^/]+)\/functions\/([^/]+)(\/invocations)?$/.exec(url) ?? [];
    if (key !== this.#key || revision === undefined) return respond(response, 404, { error: `no ${url} here` });
    const call = `${method} ${invocations ? 'invocations' : 'function'}`;
    if (call === 'PUT function') {
      this.#put(revision, (await json(request)) as HostedFunction);
      return respond(response, 204);
    }
    if (call === 'DELETE function') {
      this.#remove(revision);
      return respond(response, 204);
    }
    const served = this.#functions.get(revision);
    if (call !== 'POST invocations' || !served)
      return respond(response, 404, { error: `no function ${revision} here` });
    const invocation = (await json(request)) as Omit<InvocationRequest, 'signal'>;
    // Stops waiting for a free environment when LocalStack is gone.
    const caller = new AbortController();
    response.once('close', () => caller.abort());
    respond(response, 200, await served.invoke({ ...invocation, signal: caller.signal }));
  }

  #put(revision: string, { endpointUrl, region, ...definition }: HostedFunction): void {
    if (this.#functions.has(revision)) return;
    const options = {
      definition: { ...definition, label: definition.name },
      endpointUrl,
      region,
      runtimeDir: this.#runtimeDir,
      httpsEndpoints: NO_HTTPS_ENDPOINTS,
      reaper: this.#reaper,
      processLimits: true,
      ownFileSystem: false,
      log: this.#log.child(definition.name),
    };
    const pool = new FunctionPool(options, this.#limits);
    this.#pools.add(pool);
    this.#functions.set(revision, new ServedFunction(pool));
  }

  /** Running invocations may finish, as on AWS. */
  #remove(revision: string): void {
    const served = this.#functions.get(revision);
    this.#functions.delete(revision);
    served?.retire().then(
      () => this.#pools.delete(served.pool),
      (error: Error) => this.#log.error(error.message),
    );
  }
}

class ServedFunction {
  readonly pool: FunctionPool;
  readonly #running = new Set<Promise<unknown>>();

  constructor(pool: FunctionPool) {
    this.pool = pool;
  }

  async invoke(request: InvocationRequest) {
    const response = this.pool.invoke(request);
    this.#running.add(response);
    try {
      return await response;
    } finally {
      this.#running.delete(response);
    }
  }

  /** Ends the processes once they are idle. */
  async retire(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.pool.stop();
  }
}

function respond(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(body && JSON.stringify(body));
}
