import { setTimeout as delay } from 'node:timers/promises';
import { freezeProcesses } from '../../tooling/frozen-processes.ts';
import { runDirOf } from '../../tooling/paths.ts';
import { processIdentity, signalProcess } from '../../tooling/processes.ts';
import { pollWithin, whenAborted } from '../../tooling/timing.ts';
import { type Fault, FUNCTION, MOVER, RUNNER } from './faults.ts';
import type { Instance } from './instance.ts';
import { findAtWork, findEngines, stopServers } from './processes.ts';
import type { Random } from './random.ts';
import type { Row, Span } from './report.ts';

const VICTIM_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 20;

/** What the plan goes by. */
export interface Moments {
  /** How much of the run is done, 0 to 1. */
  progress(): number | Promise<number>;
  /** Resolves when a user is between two shards, or nobody has been for a while. */
  untilSwitch?(): Promise<unknown>;
}

/** Strikes processes of a run as planned, and takes note of it. */
export class Striker {
  readonly struck: Fault[] = [];
  /** When requests may have had no response: the runner was away, or a function stopped. */
  readonly outages: Span[] = [];
  readonly #plan: readonly Fault[];
  readonly #instance: Instance;
  readonly #random: Random;
  readonly #stalls = new Map<string, Promise<void>>();

  /** @param random picks one of several processes of a kind */
  constructor(plan: readonly Fault[], instance: Instance, random: Random) {
    this.#plan = plan;
    this.#instance = instance;
    this.#random = random;
  }

  get isDone(): boolean {
    return this.struck.length === this.#plan.length;
  }

  /**
   * Carries the plan out. Others may be down or stopped when one is struck, but while the runner starts again all others are left alone.
   *
   * @param log told of each fault
   * @throws Error when a victim does not come back within two minutes
   */
  async carryOut(moments: Moments, log: (text: string) => unknown, signal: AbortSignal): Promise<void> {
    for (const fault of this.#plan) {
      while ((await moments.progress()) < fault.at) await delay(LOOK_EVERY_MS, undefined, { signal });
      await delay(fault.laterMs, undefined, { signal });
      // Who is stopped gets on first.
      await this.#stalls.get(fault.kind);
      const from = performance.now();
      const pid = await this.#strike(fault, moments, signal);
      await log(`${how(fault)} of ${fault.kind} (process ${pid})`);
      if (fault.kind === RUNNER && fault.stallMs === undefined) {
        await this.#instance.start();
        this.outages.push({ from, to: performance.now() });
      }
      this.struck.push(fault);
    }
    await Promise.all(this.#stalls.values());
  }

  /** How often which kind was struck how, to be printed. */
  rows(): Row[] {
    const kinds = Map.groupBy(
      this.struck,
      ({ kind, stallMs }) => `${stallMs === undefined ? 'kills' : 'stalls'} of ${kind}`,
    );
    return [...kinds].map(([kind, list]): Row => [kind, list.length]).sort();
  }

  async #strike({ kind, stallMs, atSwitch }: Fault, moments: Moments, signal: AbortSignal): Promise<number> {
    const pid = await pollWithin(VICTIM_WITHIN_MS, async () => {
      signal.throwIfAborted();
      const victim = this.#find(kind);
      if (victim === undefined) return undefined;
      if (atSwitch) await moments.untilSwitch?.();
      if (stallMs === undefined) return (await this.#kill(kind, victim)) && victim;
      this.#stalls.set(kind, this.#stall(kind, victim, stallMs, signal));
      return victim;
    });
    if (!pid) throw new Error(`For two minutes there has been no process of ${kind} to strike.`);
    return pid;
  }

  #find(kind: string): number | undefined {
    const { pid, dataDir } = this.#instance;
    if (kind === RUNNER) return pid;
    if (kind !== FUNCTION && kind !== MOVER) return findEngines(dataDir).get(kind);
    const atWork = findAtWork(pid, kind === MOVER ? 'move-users' : '');
    return atWork.length === 0 ? undefined : this.#random.pick(atWork);
  }

  /** @returns false when the process has ended in the last moment: the run itself ends idle functions */
  async #kill(kind: string, pid: number): Promise<boolean> {
    if (kind === RUNNER) await this.#instance.kill();
    else if (!signalProcess(pid, 'SIGKILL')) return false;
    // Until it is really gone it would be found, and killed, again.
    while (processIdentity(pid) !== undefined) await delay(1);
    return true;
  }

  async #stall(kind: string, pid: number, ms: number, signal: AbortSignal): Promise<void> {
    const { dataDir } = this.#instance;
    const isEngine = ![RUNNER, FUNCTION, MOVER].includes(kind);
    const from = performance.now();
    // The runner's children are not stopped with it.
    const resume = isEngine ? stopServers(dataDir, [pid]) : freezeProcesses(runDirOf(dataDir), [pid]);
    await Promise.race([delay(ms), whenAborted(signal)]);
    resume();
    if (!isEngine) this.outages.push({ from, to: performance.now() });
  }
}

function how({ stallMs }: Fault): string {
  return stallMs === undefined ? 'kill -9' : `a stop for ${(stallMs / 1_000).toFixed(1)} s`;
}
