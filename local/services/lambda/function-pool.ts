import { LambdaError, throttled } from './errors.ts';
import { type EnvironmentOptions, ExecutionEnvironment } from './execution-environment.ts';
import { timedOut } from './failures.ts';
import { DEFAULT_CONCURRENCY, MachineLimit } from './machine-limit.ts';
import type { Outcome } from './platform-log.ts';
import { failedResponse, type Invocation, type RuntimeResponse } from './runtime-api.ts';

export interface PoolLimits {
  /** Shared by all functions of the machine. */
  readonly machine: MachineLimit;
  readonly idleTimeoutMs: number;
  /** 10 s on AWS. */
  readonly initTimeoutMs: number;
}

/** The limits of functions that share a machine. @param concurrency how many events they handle at once */
export function poolLimits(concurrency = DEFAULT_CONCURRENCY): PoolLimits {
  return { machine: new MachineLimit(concurrency), idleTimeoutMs: 15 * 60_000, initTimeoutMs: 10_000 };
}

export type InvocationRequest = Omit<Invocation, 'deadline'> & {
  readonly signal: AbortSignal | undefined;
};

/** The response, and what was logged for it, init phase included: one line per entry. */
export type LoggedResponse = RuntimeResponse & { readonly lines: string };

/** The execution environments of one function. The most recently used one is reused first. */
export class FunctionPool {
  readonly #options: EnvironmentOptions;
  readonly #limits: PoolLimits;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #idle: { environment: ExecutionEnvironment; timer: NodeJS.Timeout }[] = [];
  #concurrency = 0;
  #stopped = false;
  #draining = false;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: EnvironmentOptions, limits: PoolLimits) {
    this.#options = options;
    this.#limits = limits;
  }

  /** How many invocations run, or wait for the machine where Lambda would run them. */
  get concurrency(): number {
    return this.#concurrency;
  }

  /**
   * Runs one invocation in a free environment or a new one; waits when the machine's limit is reached.
   *
   * @throws LambdaError TooManyRequestsException, at once, when the reserved concurrency is used up
   */
  async invoke(request: InvocationRequest): Promise<LoggedResponse> {
    const { reservedConcurrency } = this.#options.definition;
    if (reservedConcurrency !== undefined && this.#concurrency >= reservedConcurrency) {
      throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    if (this.#stopped) throw stopping();
    this.#concurrency += 1;
    try {
      await this.#limits.machine.acquire(this, request.signal);
      try {
        return await this.#run(request);
      } finally {
        this.#limits.machine.release(this);
      }
    } finally {
      this.#concurrency -= 1;
      if (this.#draining && this.#concurrency === 0) this.#drained.resolve();
    }
  }

  /** Gets environments ready, so that invocations need not wait for their init phase. One that fails is logged, and tried again then. */
  async warm(environments: number): Promise<void> {
    const warmed = Array.from({ length: environments }, async () => {
      const { environment, outcome } = await this.#init('init', this.#limits.initTimeoutMs, {
        requestId: crypto.randomUUID(),
      });
      if (outcome.status === 'success') this.#keep(environment);
    });
    await Promise.all(warmed);
  }

  /** Ends every environment as soon as it is idle, for a pool that gets no further invocations; resolves when all have ended. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (let environment = this.#takeIdle(); environment; environment = this.#takeIdle()) void environment.stop();
    if (this.#concurrency > 0) await this.#drained.promise;
    await this.stop();
  }

  /** Ends every environment, busy or not, and refuses the invocations that wait. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#limits.machine.refuse(this, stopping());
    for (const { timer } of this.#idle) clearTimeout(timer);
    await Promise.all([...this.#environments].map((environment) => environment.stop()));
  }

  async #run({ signal: _, ...request }: InvocationRequest): Promise<LoggedResponse> {
    const environment = this.#takeIdle();
    return environment ? this.#invoke(environment, request) : this.#coldStart(request);
  }

  /** As on AWS, an init phase that fails starts over as part of the invocation and its timeout. */
  async #coldStart(request: Omit<Invocation, 'deadline'>): Promise<LoggedResponse> {
    const { requestId } = request;
    const { timeoutSeconds } = this.#options.definition;
    const first = await this.#init('init', this.#limits.initTimeoutMs, request);
    if (first.outcome.status === 'success') return this.#invoke(first.environment, request, { initMs: first.initMs });

    const startedAt = performance.now();
    const { environment, outcome, payload, lines } = await this.#init('invoke', timeoutSeconds * 1000, request);
    const initLines = first.lines + lines;
    if (outcome.status === 'success') {
      const response = await this.#invoke(environment, request, { startedAt });
      return { ...response, lines: initLines + response.lines };
    }
    environment.platform.start(requestId);
    const response: RuntimeResponse =
      payload === undefined
        ? failedResponse(timedOut(requestId, timeoutSeconds))
        : { payload, functionError: 'Unhandled', outcome };
    this.#report(environment, { requestId, startedAt, outcome });
    return { ...response, lines: initLines + environment.log.takeLines() };
  }

  /** Starts an environment; ends it if its init phase fails. */
  async #init(phase: 'init' | 'invoke', limitMs: number, request: Pick<Invocation, 'requestId' | 'caller'>) {
    const startedAt = performance.now();
    const environment = await this.#start();
    environment.log.startRequest(request.caller);
    const result = await environment.init(limitMs, request.requestId);
    const initMs = performance.now() - startedAt;
    if (result.outcome.status === 'success') return { environment, ...result, initMs, lines: '' };
    environment.kill();
    await environment.outputRead();
    environment.platform.initFailed(phase, initMs, result.outcome);
    return { environment, ...result, initMs, lines: environment.log.takeLines() };
  }

  async #invoke(
    environment: ExecutionEnvironment,
    request: Omit<Invocation, 'deadline'>,
    { startedAt = performance.now(), initMs }: { startedAt?: number; initMs?: number } = {},
  ): Promise<LoggedResponse> {
    const { requestId } = request;
    environment.log.startRequest(request.caller);
    environment.platform.start(requestId);
    const deadline = startedAt + this.#options.definition.timeoutSeconds * 1000;
    const response = await environment.invoke({ ...request, deadline });
    await environment.outputRead();
    this.#report(environment, { requestId, startedAt, initMs, outcome: response.outcome });
    this.#keep(environment);
    return { ...response, lines: environment.log.takeLines() };
  }

  #report(
    { platform, maxMemoryMb }: ExecutionEnvironment,
    { startedAt, ...report }: { requestId: string; startedAt: number; initMs?: number | undefined; outcome: Outcome },
  ): void {
    platform.report({ initMs: undefined, ...report, durationMs: performance.now() - startedAt, maxMemoryMb });
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
    if (this.#draining) return void environment.stop();
    environment.freeze();
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

function stopping(): LambdaError {
  return new LambdaError('ServiceException', 'The service is stopping.');
}
