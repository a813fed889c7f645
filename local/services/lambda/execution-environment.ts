import { type ChildProcess, spawn } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../../tooling/log.ts';
import { signalGroup } from '../../../tooling/processes.ts';
import { settlesWithin } from '../../../tooling/timing.ts';
import {
  environmentVariables,
  HTTPS_ENDPOINTS_VARIABLE,
  type LocalHttpsEndpoints,
  type RuntimeOptions,
} from './environment-variables.ts';
import { exitedPayload, type ProcessExit, timedOutPayload } from './errors.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { forwardLines, type RecordingLog, recordingLog } from './function-log.ts';
import type { ProcessReaper } from './process-reaper.ts';
import { type Invocation, RuntimeApi, type RuntimeResponse } from './runtime-api.ts';

const BOOTSTRAP = fileURLToPath(new URL('./runtime/bootstrap.mjs', import.meta.url));
/** Time between SIGTERM and SIGKILL. */
const SHUTDOWN_GRACE_MS = 500;
/** How long to wait for the last output of a process that has ended. */
const LAST_OUTPUT_MS = 1_000;

export interface EnvironmentOptions extends RuntimeOptions {
  readonly definition: FunctionDefinition;
  readonly httpsEndpoints: LocalHttpsEndpoints;
  readonly reaper: ProcessReaper;
  readonly log: Log;
}

export type InitOutcome = { kind: 'ready' } | { kind: 'failed'; payload: string } | { kind: 'timed-out' };

/** A process that runs one function, one event at a time. */
export class ExecutionEnvironment {
  /** Keeps what the function and the platform log. */
  readonly log: RecordingLog;
  readonly #options: EnvironmentOptions;
  readonly #api: RuntimeApi;
  readonly #process: ChildProcess;
  readonly #exit: Promise<ProcessExit>;
  readonly #outputEnd: Promise<void>;
  #alive = true;

  private constructor(options: EnvironmentOptions, api: RuntimeApi, process: ChildProcess, log: RecordingLog) {
    this.log = log;
    this.#options = options;
    this.#api = api;
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

  /** Starts the process; {@link init} waits until it is ready. */
  static async start(options: EnvironmentOptions): Promise<ExecutionEnvironment> {
    const { definition, reaper } = options;
    const log = recordingLog(options.log);
    const api = new RuntimeApi(options.log);
    const address = await api.listen();
    const child = spawn(process.execPath, [`--max-old-space-size=${definition.memoryMb}`, BOOTSTRAP], {
      cwd: definition.codeDir,
      env: {
        ...environmentVariables(definition, options, address),
        [HTTPS_ENDPOINTS_VARIABLE]: JSON.stringify(options.httpsEndpoints),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own keeps the terminal's Ctrl-C away, and lets the function's children be ended with it.
      detached: true,
    });
    if (child.pid) {
      api.serve(child.pid);
      reaper.watch(child.pid);
    }
    forwardLines(child.stdout, log, 'info');
    forwardLines(child.stderr, log, 'warn');
    return new ExecutionEnvironment(options, api, child, log);
  }

  /** False once the process has ended or is being ended. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Waits for the init phase. @param requestId the invocation that waits, for the error payload */
  async init(limitMs: number, requestId: string): Promise<InitOutcome> {
    const outcome = Promise.race<InitOutcome>([
      this.#api.ready.then(() => ({ kind: 'ready' })),
      this.#api.initError.then((payload) => ({ kind: 'failed', payload })),
      this.#exit.then((exit) => ({ kind: 'failed', payload: exitedPayload(requestId, exit) })),
    ]);
    return (await settlesWithin(limitMs, outcome)) ? outcome : { kind: 'timed-out' };
  }

  /** Runs one event. As on AWS, a timeout or a crash ends the environment. */
  async invoke(invocation: Invocation): Promise<RuntimeResponse> {
    const { requestId, deadline } = invocation;
    const response = Promise.race<RuntimeResponse>([
      this.#api.deliver(invocation),
      this.#exit.then((exit) => ({ payload: exitedPayload(requestId, exit), functionError: 'Unhandled' })),
    ]);
    if (await settlesWithin(deadline - performance.now(), response)) return response;

    const { timeoutSeconds } = this.#options.definition;
    this.kill();
    this.log.error(`${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
    return { payload: timedOutPayload(requestId, timeoutSeconds), functionError: 'Unhandled' };
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
    const gone = this.#exit.catch(() => {});
    this.#signal('SIGTERM');
    await settlesWithin(SHUTDOWN_GRACE_MS, gone);
    this.#signal('SIGKILL');
    await gone;
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
