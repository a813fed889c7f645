import type { Log } from '../../../tooling/log.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';

/** Frozen environments of a function, the most recently used one first. Those that nobody uses for long are ended. */
export class IdleEnvironments {
  readonly #timeoutMs: number;
  readonly #log: Log;
  readonly #idle: { readonly environment: ExecutionEnvironment; readonly timer: NodeJS.Timeout }[] = [];

  constructor(timeoutMs: number, log: Log) {
    this.#timeoutMs = timeoutMs;
    this.#log = log;
  }

  get isEmpty(): boolean {
    return this.#idle.length === 0;
  }

  /** @returns undefined when there is none */
  take(): ExecutionEnvironment | undefined {
    for (let entry = this.#idle.pop(); entry; entry = this.#idle.pop()) {
      clearTimeout(entry.timer);
      if (entry.environment.alive) return entry.environment;
    }
    return undefined;
  }

  put(environment: ExecutionEnvironment): void {
    environment.freeze();
    const timer = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((entry) => entry.environment === environment),
        1,
      );
      environment.stop().catch((error: Error) => this.#log.error(error.message));
    }, this.#timeoutMs).unref();
    this.#idle.push({ environment, timer });
  }

  /** From now on nobody is ended for lack of use. */
  stop(): void {
    for (const { timer } of this.#idle) clearTimeout(timer);
  }
}
