import { setTimeout as delay } from 'node:timers/promises';
import type { Answers } from '../../../functions/move-users/commands.ts';
import type { MoveStatus } from '../../../functions/move-users/status.ts';
import { invokeForOperator } from '../../operator-function.ts';

const MOVER = { folder: 'move-users', refusals: ['MoveRefusedError'] } as const;
const PAUSE_MS = 500;
const DONE_WITHIN_MS = 900_000;

type Verb = 'start' | 'abort' | 'finish';

/** Gives the commands of `npm run shards`, and repeats those that fail, as an operator does. */
export class Operator {
  /** How many commands and runs of the mover failed. */
  failures = 0;
  readonly #dataDir: string;
  readonly #log: (text: string) => void;
  readonly #signal: AbortSignal;
  readonly #told = new Set<string>();
  #last = '';

  /** @param log told of each failure the first time */
  constructor(dataDir: string, log: (text: string) => void, signal: AbortSignal) {
    this.#dataDir = dataDir;
    this.#log = log;
    this.#signal = signal;
  }

  /**
   * Gives a command until its answer is there, or the status says that it has had its effect.
   *
   * @throws Error with the last failure after a quarter of an hour
   */
  async insist(verb: Verb, hasEffect: (status: MoveStatus) => boolean): Promise<void> {
    await this.#repeat(async () => {
      if ((await this.#attempt(verb, { do: verb })) !== undefined) return true;
      const status = (await this.#attempt('status', { do: 'status' })) as MoveStatus | undefined;
      return status !== undefined && hasEffect(status);
    }, verb);
  }

  /** Asks until there is an answer. @throws Error as {@link insist} */
  ask<Question extends 'status' | 'check'>(question: Question): Promise<Answers[Question]> {
    const attempt = () => this.#attempt(question, { do: question }) as Promise<Answers[Question] | undefined>;
    return this.#repeat(attempt, question);
  }

  /** Lets the mover run once, as its schedule does. A run that fails is followed by the next one, after a while. */
  async run(): Promise<void> {
    if ((await this.#attempt('run', {})) === undefined) await delay(PAUSE_MS, undefined, { signal: this.#signal });
  }

  async #attempt(what: string, event: object): Promise<unknown> {
    this.#signal.throwIfAborted();
    try {
      return (await invokeForOperator(MOVER, event, { dataDir: this.#dataDir })) ?? true;
    } catch (error) {
      this.failures += 1;
      this.#last = `${what}: ${String(error).split('\n')[0]}`;
      if (!this.#told.has(this.#last)) this.#log(this.#last);
      this.#told.add(this.#last);
      return undefined;
    }
  }

  async #repeat<Result>(attempt: () => Promise<Result | undefined>, verb: string): Promise<Result> {
    const until = performance.now() + DONE_WITHIN_MS;
    for (;;) {
      const result = await attempt();
      if (result) return result;
      if (performance.now() > until) {
        throw new Error(`\`shards -- ${verb}\` has not succeeded within a quarter of an hour. ${this.#last}`);
      }
      await delay(PAUSE_MS, undefined, { signal: this.#signal });
    }
  }
}
