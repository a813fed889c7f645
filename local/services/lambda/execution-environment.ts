import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../../tooling/log.ts';
import { signalGroup } from '../../../tooling/processes.ts';
import { settlesWithin } from '../../../tooling/timing.ts';
import { type Connections, OPEN_NETWORK } from '../ec2/service.ts';
import {
  environmentVariables,
  HTTPS_ENDPOINTS_VARIABLE,
  type LocalHttpsEndpoints,
  NETWORK_VARIABLE,
  type RuntimeOptions,
  STANDBY_VARIABLE,
} from './environment-variables.ts';
import { exited, outOfMemory, type PlatformFailure, type ProcessExit, timedOut } from './failures.ts';
import { withOwnFileSystem } from './file-system.ts';
import { DEFAULT_TEMPORARY_MB, type FunctionDefinition } from './function-definition.ts';
import { forwardLines, type RecordingLog, recordingLog } from './function-log.ts';
import { type Outcome, PlatformLog } from './platform-log.ts';
import { type MemoryUse, memoryUse } from './process-memory.ts';
import type { ProcessReaper } from './process-reaper.ts';
import { failedResponse, type Invocation, RuntimeApi, type RuntimeResponse } from './runtime-api.ts';

const BOOTSTRAP = fileURLToPath(new URL('./runtime/bootstrap.mjs', import.meta.url));
const RESOLVE_MODULES = new URL('./runtime/resolve-modules.mjs', import.meta.url).href;
/** Time between SIGTERM and SIGKILL. */
const SHUTDOWN_GRACE_MS = 500;
/** How long to wait for the last output of a process that has ended. */
const LAST_OUTPUT_MS = 1_000;

/** How often the memory of an environment that is running is looked at. */
const MEMORY_CHECK_MS = 100;

export interface EnvironmentOptions extends RuntimeOptions {
  readonly definition: FunctionDefinition;
  readonly httpsEndpoints: LocalHttpsEndpoints;
  readonly reaper: ProcessReaper;
  /** Learns whose its processes are; absent where networks are not isolated. */
  readonly connections?: Pick<Connections, 'attach' | 'viewOf'>;
  readonly log: Log;
  /** Whether processes are frozen between events and have no more than their memory. Off for measurements only. */
  readonly processLimits: boolean;
  /** Whether each environment has a `/tmp` of its own and may write nowhere else. */
  readonly ownFileSystem: boolean;
}

/** With the name that `ps` shows. The inspector tells its address to those who ask it, since the process's output is the function's log. */
function nodeOptions({ label, inspectorPort, memoryMb }: FunctionDefinition): string[] {
  return [
    `--title=${label} (function)`,
    ...(inspectorPort === undefined
      ? [`--max-old-space-size=${memoryMb}`]
      : [`--inspect=127.0.0.1:${inspectorPort}`, '--inspect-publish-uid=http']),
  ];
}

/** How an init phase ended, and what the invocation that waits gets when it failed. */
export interface InitResult {
  readonly outcome: Outcome;
  readonly payload?: string;
}

/**
 * The processes that run one function, one event at a time. Between events they are frozen, as on AWS: timers do not fire, peers
 * close idle connections, and credentials expire.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle
 */
export class ExecutionEnvironment {
  /** Keeps what the function and the platform log. */
  readonly log: RecordingLog;
  readonly platform: PlatformLog;
  readonly #options: EnvironmentOptions;
  readonly #api: RuntimeApi;
  readonly #process: ChildProcess;
  readonly #exit: Promise<ProcessExit>;
  readonly #outputEnd: Promise<void>;
  #alive = true;
  #idle = false;
  #frozen = false;
  #memory: MemoryUse | undefined;
  #outOfMemory = false;

  private constructor(options: EnvironmentOptions, api: RuntimeApi, process: ChildProcess, log: RecordingLog) {
    this.log = log;
    this.platform = new PlatformLog(options.definition, log);
    this.#options = options;
    this.#api = api;
    api.onWaiting = () => this.#freezeWhenIdle();
    this.#process = process;
    this.#exit = new Promise((resolve, reject) => {
      process.once('error', reject);
      process.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.#outputEnd = new Promise((resolve) => void process.once('close', resolve));
    this.#exit.then(
      () => this.#ended(),
      (error: Error) => {
        this.#alive = false;
        this.#api.close();
        log.error(`the process did not start: ${error.message}`);
      },
    );
  }

  /**
   * Starts the process; {@link init} waits until it is ready.
   *
   * @param o.standsBy whether it loads its code only when it is told to, by {@link release}
   */
  static async start(options: EnvironmentOptions, { standsBy = false } = {}): Promise<ExecutionEnvironment> {
    const { definition, reaper, connections } = options;
    const source = { name: definition.label, place: definition.place };
    const log = recordingLog(options.log);
    const api = new RuntimeApi(options.log);
    const address = await api.listen();
    const runtime = [process.execPath, ...nodeOptions(definition), '--import', RESOLVE_MODULES, BOOTSTRAP];
    const { codeDir, temporaryMb = DEFAULT_TEMPORARY_MB } = definition;
    const [program = '', ...args] = options.ownFileSystem
      ? withOwnFileSystem(runtime, { codeDir, runtimeDir: options.runtimeDir, temporaryMb })
      : runtime;
    const child = spawn(program, args, {
      cwd: definition.codeDir,
      env: {
        ...environmentVariables(definition, options, address),
        [HTTPS_ENDPOINTS_VARIABLE]: JSON.stringify(options.httpsEndpoints),
        ...(standsBy && { [STANDBY_VARIABLE]: 'yes' }),
        [NETWORK_VARIABLE]: JSON.stringify(connections?.viewOf(source) ?? OPEN_NETWORK),
      },
      // The last two have the connections that the bootstrap refuses, and the Runtime API.
      stdio: [standsBy ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      // A process group of its own keeps the terminal's Ctrl-C away, and lets the function's children be ended with it.
      detached: true,
    });
    if (child.pid) {
      api.serve(child.pid);
      api.accept(child.stdio[4] as Duplex);
      reaper.watch(child.pid);
    }
    connections?.attach(child, source);
    forwardLines(child.stdout as Readable, log, 'info');
    forwardLines(child.stderr as Readable, log, 'warn');
    return new ExecutionEnvironment(options, api, child, log);
  }

  /** What its processes run. */
  get definition(): FunctionDefinition {
    return this.#options.definition;
  }

  /** Resolves when it has ended. */
  get gone(): Promise<unknown> {
    return this.#exit.catch(() => {});
  }

  /** False once the process has ended or is being ended. */
  get alive(): boolean {
    return this.#alive;
  }

  /** The most memory that it has had in use, in MB; undefined where the system does not tell. */
  get maxMemoryMb(): number | undefined {
    return this.#memory?.peakMb;
  }

  /** Lets an environment that stands by load its code. */
  release(): void {
    this.#process.stdin?.end();
  }

  /** Waits for the init phase. @param requestId the invocation that waits, for the error payload */
  async init(limitMs: number, requestId: string): Promise<InitResult> {
    const result = this.#whileMemoryIsWatched(
      Promise.race<InitResult>([
        this.#api.ready.then(() => ({ outcome: { status: 'success' } })),
        this.#api.initError.then(({ payload, errorType }) => ({ outcome: { status: 'error', errorType }, payload })),
        this.#exit.then((exit) => failedResponse(this.#crash(requestId, exit))),
      ]),
    );
    return (await settlesWithin(limitMs, result)) ? result : { outcome: { status: 'timeout' } };
  }

  /** Runs one event. As on AWS, a timeout, a crash or a want of memory ends the environment. */
  async invoke(invocation: Invocation): Promise<RuntimeResponse> {
    const { requestId, deadline } = invocation;
    this.#thaw();
    const response = this.#whileMemoryIsWatched(this.#unlessItEnds(requestId, this.#api.deliver(invocation)));
    if (await settlesWithin(deadline - performance.now(), response)) {
      return this.#outOfMemory ? failedResponse(outOfMemory(requestId)) : response;
    }
    const { timeoutSeconds } = this.#options.definition;
    this.kill();
    this.log.error(`${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
    return failedResponse(timedOut(requestId, timeoutSeconds));
  }

  /** Freezes its processes, once the runtime waits for the next event, until there is one. */
  freeze(): void {
    this.#idle = true;
    this.#freezeWhenIdle();
  }

  /** Waits until the log has everything that the process wrote before it responded or ended. */
  async outputRead(): Promise<void> {
    // The process writes before it responds, so its output is in the pipe by then.
    if (this.#alive) return nextTurn();
    await settlesWithin(LAST_OUTPUT_MS, this.#outputEnd);
  }

  kill(): void {
    this.#alive = false;
    this.#signal('SIGKILL');
  }

  /** Ends the process with SIGTERM, or SIGKILL if that is not enough; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#alive = false;
    this.#thaw();
    this.#signal('SIGTERM');
    await settlesWithin(SHUTDOWN_GRACE_MS, this.gone);
    this.#signal('SIGKILL');
    await this.gone;
  }

  #freezeWhenIdle(): void {
    if (!this.#idle || !this.#api.waiting || !this.#alive || !this.#options.processLimits) return;
    this.#frozen = true;
    this.#signal('SIGSTOP');
  }

  #thaw(): void {
    this.#idle = false;
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#signal('SIGCONT');
  }

  /** The response, or how the process ended before it. It leaves nothing behind at a promise that outlives many events. */
  async #unlessItEnds(requestId: string, response: Promise<RuntimeResponse>): Promise<RuntimeResponse> {
    const { promise: ended, resolve } = Promise.withResolvers<RuntimeResponse>();
    const end = (code: ProcessExit['code'], signal: ProcessExit['signal']) =>
      resolve(failedResponse(this.#crash(requestId, { code, signal })));
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) end(exitCode, signalCode);
    this.#process.once('exit', end);
    try {
      return await Promise.race([response, ended]);
    } finally {
      this.#process.off('exit', end);
    }
  }

  /** Ends the environment as soon as it needs more memory than its function has. */
  async #whileMemoryIsWatched<T>(work: Promise<T>): Promise<T> {
    const timer = setInterval(() => this.#checkMemory(), MEMORY_CHECK_MS);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      this.#checkMemory();
    }
  }

  #checkMemory(): void {
    const { pid } = this.#process;
    if (!this.#alive || pid === undefined) return;
    this.#memory = memoryUse(pid) ?? this.#memory;
    const { definition, processLimits } = this.#options;
    if (!processLimits || !this.#memory || this.#memory.requiredMb <= definition.memoryMb) return;
    this.#outOfMemory = true;
    this.kill();
  }

  #crash(requestId: string, exit: ProcessExit): PlatformFailure {
    return this.#outOfMemory ? outOfMemory(requestId) : exited(requestId, exit);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    signalGroup(pid, signal);
  }

  #ended(): void {
    this.#alive = false;
    this.#api.close();
    const { pid } = this.#process;
    if (pid === undefined) return;
    // Ends whatever the function has started.
    signalGroup(pid, 'SIGKILL');
    this.#options.reaper.forget(pid);
  }
}
