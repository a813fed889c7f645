import { LambdaError, timedOutPayload } from './errors.ts';
import { type EnvironmentOptions, ExecutionEnvironment } from './execution-environment.ts';
import { versionOf } from './function-definition.ts';
import type { Invocation, RuntimeResponse } from './runtime-api.ts';
import { Semaphore } from './semaphore.ts';

export interface PoolLimits {
  /** Execution environments per function; AWS would start more. */
  readonly maxEnvironments: number;
  readonly idleTimeoutMs: number;
  /** 10 s on AWS. */
  readonly initTimeoutMs: number;
}

export const DEFAULT_LIMITS: PoolLimits = { maxEnvironments: 8, idleTimeoutMs: 5 * 60_000, initTimeoutMs: 10_000 };

export type InvocationRequest = Omit<Invocation, 'deadline'> & {
  readonly signal: AbortSignal | undefined;
};

/** The response, and what was logged for it, init phase included: one line per entry. */
export type LoggedResponse = RuntimeResponse & { readonly lines: string };

/** The execution environments of one function. The most recently used one is reused first. */
export class FunctionPool {
  readonly #options: EnvironmentOptions;
  readonly #limits: PoolLimits;
  readonly #permits: Semaphore;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #idle: { environment: ExecutionEnvironment; timer: NodeJS.Timeout }[] = [];
  #stopped = false;

  constructor(options: EnvironmentOptions, limits: PoolLimits) {
    this.#options = options;
    this.#limits = limits;
    this.#permits = new Semaphore(limits.maxEnvironments);
  }

  /** How many invocations run or wait for a free environment. */
  get concurrency(): number {
    return this.#permits.demand;
  }

  /**
   * Runs one invocation in a free environment or a new one; waits when the machine's limit is reached.
   *
   * @throws LambdaError TooManyRequestsException when the reserved concurrency is used up
   */
  async invoke(request: InvocationRequest): Promise<LoggedResponse> {
    const { reservedConcurrency } = this.#options.definition;
    if (reservedConcurrency !== undefined && this.concurrency >= reservedConcurrency) {
      throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');
    }
    await this.#permits.acquire(request.signal);
    try {
      return await this.#run(request);
    } finally {
      this.#permits.release();
    }
  }

  /** Ends every environment, busy or not, and refuses the invocations that wait. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#permits.close(new LambdaError('ServiceException', 'The service is stopping.'));
    for (const { timer } of this.#idle) clearTimeout(timer);
    await Promise.all([...this.#environments].map((environment) => environment.stop()));
  }

  async #run({ signal: _, ...request }: InvocationRequest): Promise<LoggedResponse> {
    const environment = this.#takeIdle();
    return environment ? this.#invoke(environment, request) : this.#coldStart(request);
  }

  async #coldStart(request: Omit<Invocation, 'deadline'>): Promise<LoggedResponse> {
    const { timeoutSeconds } = this.#options.definition;
    const { requestId } = request;
    const startedAt = performance.now();
    let environment = await this.#start();
    let init = await environment.init(this.#limits.initTimeoutMs, requestId);
    let deadline: number | undefined;
    let lines = '';
    if (init.kind === 'timed-out') {
      // As on AWS, init starts over as part of the invocation and its timeout.
      environment.kill();
      lines = await linesOf(environment);
      deadline = performance.now() + timeoutSeconds * 1000;
      environment = await this.#start();
      init = await environment.init(timeoutSeconds * 1000, requestId);
    }
    if (init.kind !== 'ready') {
      environment.kill();
      const payload = init.kind === 'failed' ? init.payload : timedOutPayload(requestId, timeoutSeconds);
      return { payload, functionError: 'Unhandled', lines: lines + (await linesOf(environment)) };
    }
    const initMs = performance.now() - startedAt;
    const response = await this.#invoke(environment, request, deadline, initMs);
    return { ...response, lines: lines + response.lines };
  }

  async #invoke(
    environment: ExecutionEnvironment,
    request: Omit<Invocation, 'deadline'>,
    deadline?: number,
    initMs?: number,
  ): Promise<LoggedResponse> {
    const { definition } = this.#options;
    const { requestId } = request;
    environment.log.debug(`START RequestId: ${requestId} Version: ${versionOf(definition)}`);
    const startedAt = performance.now();
    const response = await environment.invoke({
      ...request,
      deadline: deadline ?? performance.now() + definition.timeoutSeconds * 1000,
    });
    const durationMs = performance.now() - startedAt;
    await environment.outputRead();
    environment.log.debug(`END RequestId: ${requestId}`);
    environment.log.debug(reportLine(requestId, durationMs, definition.memoryMb, initMs));
    this.#keep(environment);
    return { ...response, lines: environment.log.takeLines() };
  }

  async #start(): Promise<ExecutionEnvironment> {
    for (const environment of this.#environments) if (!environment.alive) this.#environments.delete(environment);
    const environment = await ExecutionEnvironment.start(this.#options);
    this.#environments.add(environment);
    if (this.#stopped) await environment.stop();
    return environment;
  }

  #takeIdle(): ExecutionEnvironment | undefined {
    for (let entry = this.#idle.pop(); entry; entry = this.#idle.pop()) {
      clearTimeout(entry.timer);
      if (entry.environment.alive) return entry.environment;
    }
    return undefined;
  }

  #keep(environment: ExecutionEnvironment): void {
    if (!environment.alive || this.#stopped) return;
    const timer = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((entry) => entry.environment === environment),
        1,
      );
      this.#environments.delete(environment);
      environment.stop().catch((error: Error) => this.#options.log.error(error.message));
    }, this.#limits.idleTimeoutMs).unref();
    this.#idle.push({ environment, timer });
  }
}

async function linesOf(environment: ExecutionEnvironment): Promise<string> {
  await environment.outputRead();
  return environment.log.takeLines();
}

function reportLine(requestId: string, durationMs: number, memoryMb: number, initMs: number | undefined): string {
  const init = initMs === undefined ? '' : `\tInit Duration: ${initMs.toFixed(2)} ms`;
  return `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tMemory Size: ${memoryMb} MB${init}`;
}
