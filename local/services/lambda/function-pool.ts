import { availableParallelism } from 'node:os';
import { timed } from '../../../tooling/timed.ts';
import { LambdaError, throttled } from './errors.ts';
import { type EnvironmentOptions, ExecutionEnvironment } from './execution-environment.ts';
import { timedOut } from './failures.ts';
import { type FunctionDefinition, HELD_MS } from './function-definition.ts';
import { IdleEnvironments } from './idle-environments.ts';
import { DEFAULT_CONCURRENCY, MachineLimit } from './machine-limit.ts';
import type { Outcome } from './platform-log.ts';
import { failedResponse, type Invocation, type RuntimeResponse } from './runtime-api.ts';

/** How long an event, and the start of an environment, count as computing. */
const TURN_MS = { event: 100, start: 1_000 };

export interface PoolLimits {
  /** Shared by all functions of the machine. */
  readonly machine: MachineLimit;
  /** How many of these events have a turn: more than compute at once would get ever more processes, each of them less often and so colder. */
  readonly turns: MachineLimit;
  /** How many environments start at once, of all functions together. */
  readonly starts: MachineLimit;
  readonly idleTimeoutMs: number;
  /** 10 s on AWS. */
  readonly initTimeoutMs: number;
}

/** The limits of functions that share a machine. @param concurrency how many events they handle at once */
export function poolLimits(concurrency = DEFAULT_CONCURRENCY): PoolLimits {
  return {
    machine: new MachineLimit(concurrency),
    turns: new MachineLimit(availableParallelism() + 1, TURN_MS.event),
    starts: new MachineLimit(Math.max(2, availableParallelism()), TURN_MS.start),
    idleTimeoutMs: 15 * 60_000,
    initTimeoutMs: 10_000,
  };
}

export type InvocationRequest = Omit<Invocation, 'deadline'> & {
  readonly signal: AbortSignal | undefined;
};

/** The response, and what was logged for it, init phase included: one line per entry. */
export type LoggedResponse = RuntimeResponse & { readonly lines: string };

/**
 * The execution environments of one function. The most recently used one is reused first. A function that is debugged has one at a time,
 * which has the inspector's port, and all limits of time are {@link HELD_MS}.
 */
export class FunctionPool {
  #options: EnvironmentOptions;
  readonly #limits: PoolLimits;
  readonly #isInspected: boolean;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #starting = new Set<Promise<ExecutionEnvironment>>();
  readonly #idle: IdleEnvironments;
  #standby: { readonly definition: FunctionDefinition; readonly started: Promise<ExecutionEnvironment> } | undefined;
  #concurrency = 0;
  #stopped = false;

  constructor(options: EnvironmentOptions, limits: PoolLimits) {
    this.#isInspected = options.definition.inspectorPort !== undefined;
    this.#options = this.#isInspected ? { ...options, processLimits: false } : options;
    this.#limits = this.#isInspected
      ? { ...limits, machine: new MachineLimit(1), idleTimeoutMs: HELD_MS, initTimeoutMs: HELD_MS }
      : limits;
    this.#idle = new IdleEnvironments(this.#limits.idleTimeoutMs, options.log);
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
        await this.#limits.turns.acquire(this, request.signal);
        const begun = Promise.withResolvers<void>();
        const response = this.#run(request, begun.resolve);
        void this.#limits.turns.releaseAfter(this, response, begun.promise);
        return await response;
      } finally {
        this.#limits.machine.release(this);
      }
    } finally {
      this.#concurrency -= 1;
    }
  }

  /** Boots an environment for a definition whose code is not there yet. {@link replace} lets it load the code. */
  prepare(definition: FunctionDefinition): void {
    // Its port is taken.
    if (this.#isInspected) return;
    this.#dropStandby();
    const started = this.#start({ ...this.#options, definition }, { standsBy: true });
    // Whoever takes it is told.
    started.catch(() => {});
    this.#standby = { definition, started };
  }

  /**
   * Runs what is invoked from now on with another definition, once as many environments as are in use have it ready. What is under way
   * ends with the former one. Where a debugger is let in, nothing is ready before the former environment has ended: there is one port.
   *
   * @param atLeast so many environments are ready, also when fewer are in use
   * @returns when nothing runs the former definition any more
   */
  async replace(definition: FunctionDefinition, atLeast = 1): Promise<{ readonly drained: Promise<void> }> {
    const next = { ...this.#options, definition };
    const { machine, turns } = this.#limits;
    const inUse = machine.running(this) - turns.waiting(this);
    const ready = this.#isInspected ? [] : await this.#warm(next, Math.max(atLeast, inUse));
    // What was prepared before serves no definition any more.
    this.#dropStandby();
    const former = this.#options.definition;
    this.#options = next;
    for (let environment = this.#idle.take(); environment; environment = this.#idle.take()) void environment.stop();
    for (const environment of ready) this.#keep(environment);
    if (this.#isInspected) void this.open();
    return { drained: this.#gone(former) };
  }

  /** Gets an environment ready unless one is in use or idle: where a debugger is let in, it finds one before the first event. */
  async open(): Promise<void> {
    try {
      await this.#limits.machine.acquire(this);
    } catch (error) {
      return this.#options.log.debug((error as Error).message);
    }
    try {
      if (this.#idle.isEmpty) for (const each of await this.#warm(this.#options, 1)) this.#keep(each);
    } finally {
      this.#limits.machine.release(this);
    }
  }

  /** Ends every environment, busy or not, and refuses the invocations that wait. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const { machine, turns, starts } = this.#limits;
    for (const limit of [machine, turns, starts]) limit.refuse(this, stopping());
    this.#idle.stop();
    await Promise.all([...this.#environments].map((environment) => environment.stop()));
  }

  /**
   * Environments whose init phase is over, of which as many start at once as of those that an event waits for: all at once, each would take
   * so long that it meets no limit of time. One that fails is logged, and tried again when there is an event.
   */
  async #warm(options: EnvironmentOptions, environments: number): Promise<ExecutionEnvironment[]> {
    const { initTimeoutMs, starts } = this.#limits;
    const warm = async () => {
      // For itself: what becomes idle is for the events that wait.
      await starts.acquire(options);
      const initialized = this.#init('init', initTimeoutMs, { requestId: crypto.randomUUID() }, options);
      void starts.releaseAfter(options, initialized);
      const { environment, outcome } = await initialized;
      return outcome.status === 'success' ? [environment] : [];
    };
    return (await Promise.all(Array.from({ length: environments }, warm))).flat();
  }

  /** Resolves when no environment has a definition that is no longer used for new ones. */
  async #gone(former: FunctionDefinition): Promise<void> {
    await Promise.allSettled(this.#starting);
    const left = [...this.#environments].filter(({ definition }) => definition === former);
    await Promise.all(left.map(({ gone }) => gone));
  }

  /** An environment that becomes free before it is the event's turn to start one is as good. @param begun called when it has one */
  async #run({ signal, ...request }: InvocationRequest, begun: () => void): Promise<LoggedResponse> {
    const { starts } = this.#limits;
    let environment = this.#idle.take();
    if (!environment) {
      await starts.acquire(this, signal);
      environment = this.#idle.take();
      if (!environment) return this.#coldStart(request, begun);
      starts.release(this);
    }
    begun();
    return this.#invoke(environment, request);
  }

  /** Ends the turn to start one. As on AWS, an init phase that fails starts over as part of the invocation and its timeout. */
  async #coldStart(request: Omit<Invocation, 'deadline'>, begun: () => void): Promise<LoggedResponse> {
    const { requestId } = request;
    const timeoutMs = this.#timeoutMs;
    const starting = this.#init('init', this.#limits.initTimeoutMs, request);
    void this.#limits.starts.releaseAfter(this, starting).then(begun);
    const first = await starting;
    if (first.outcome.status === 'success') return this.#invoke(first.environment, request, { initMs: first.initMs });

    const startedAt = performance.now();
    const { environment, outcome, payload, lines } = await this.#init('invoke', timeoutMs, request);
    const initLines = first.lines + lines;
    if (outcome.status === 'success') {
      const response = await this.#invoke(environment, request, { startedAt });
      return { ...response, lines: initLines + response.lines };
    }
    environment.platform.start(requestId);
    const response: RuntimeResponse =
      payload === undefined
        ? failedResponse(timedOut(requestId, timeoutMs / 1000))
        : { payload, functionError: 'Unhandled', outcome };
    this.#report(environment, { requestId, startedAt, outcome });
    return { ...response, lines: initLines + environment.log.takeLines() };
  }

  /** Starts an environment; ends it if its init phase fails. */
  async #init(
    phase: 'init' | 'invoke',
    limitMs: number,
    request: Pick<Invocation, 'requestId' | 'caller'>,
    options = this.#options,
  ) {
    const startedAt = performance.now();
    // Without a wait before it starts: what replaces the definition meanwhile has to know of it.
    const environment = await (this.#takeStandby(options.definition) ?? this.#start(options));
    environment.release();
    environment.log.startRequest(request.caller);
    const { label } = options.definition;
    const result = await timed(`init phase of ${label}`, () => environment.init(limitMs, request.requestId));
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
    const deadline = startedAt + this.#timeoutMs;
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

  get #timeoutMs(): number {
    return this.#isInspected ? HELD_MS : this.#options.definition.timeoutSeconds * 1000;
  }

  /** The environment that stands by, for a definition or for any. */
  #takeStandby(definition: FunctionDefinition | undefined): Promise<ExecutionEnvironment> | undefined {
    const standby = this.#standby;
    if (definition !== undefined && standby?.definition !== definition) return undefined;
    this.#standby = undefined;
    return standby?.started;
  }

  #dropStandby(): void {
    void this.#takeStandby(undefined)?.then(
      (unused) => unused.stop(),
      () => {},
    );
  }

  #start(...call: Parameters<typeof ExecutionEnvironment.start>): Promise<ExecutionEnvironment> {
    const started = this.#launch(...call);
    this.#starting.add(started);
    return started.finally(() => this.#starting.delete(started));
  }

  async #launch(...call: Parameters<typeof ExecutionEnvironment.start>): Promise<ExecutionEnvironment> {
    // Until then the port is taken.
    if (this.#isInspected) await Promise.all([...this.#environments].map((former) => former.stop()));
    const environment = await ExecutionEnvironment.start(...call);
    this.#environments.add(environment);
    void environment.gone.then(() => this.#environments.delete(environment));
    if (this.#stopped) await environment.stop();
    return environment;
  }

  #keep(environment: ExecutionEnvironment): void {
    if (!environment.alive || this.#stopped) return;
    if (environment.definition !== this.#options.definition) return void environment.stop();
    this.#idle.put(environment);
    this.#limits.starts.admitNext(this);
  }
}

function stopping(): LambdaError {
  return new LambdaError('ServiceException', 'The service is stopping.');
}
