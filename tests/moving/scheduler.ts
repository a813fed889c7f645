import { settlesWithin } from '../../tooling/timing.ts';
import { withOwnClock } from './own-clock.ts';

/** Who has not come to a point for so long may wait for a lock. A statement takes about a millisecond. */
const LOOK_FOR_LOCKS_EVERY_MS = 5;

/** An actor that goes on only when it is let, from one point to the next; a point is where a statement begins or commits. */
export class Player {
  readonly name: string;
  state: 'running' | 'waiting' | 'over' | 'dead' = 'over';
  failure: unknown;
  #stopped = Promise.withResolvers<void>();
  #resume: () => void = () => undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Called at each point. @returns when the scheduler lets the actor go on; never, once it is dead */
  point(): Promise<void> {
    if (this.state === 'dead') return new Promise(() => undefined);
    this.#stop('waiting');
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  begin(work: () => Promise<unknown>): void {
    this.#run();
    this.failure = undefined;
    withOwnClock(work).then(
      () => this.#end(undefined),
      (error) => this.#end(error),
    );
  }

  goOn(): void {
    this.#run();
    this.#resume();
  }

  kill(): void {
    this.#stop('dead');
  }

  /** Resolves when the actor is at a point, over or dead. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  #run(): void {
    this.state = 'running';
    this.#stopped = Promise.withResolvers();
  }

  #stop(state: Exclude<Player['state'], 'running'>): void {
    this.state = state;
    this.#stopped.resolve();
  }

  #end(failure: unknown): void {
    if (this.state === 'dead') return;
    this.failure = failure;
    this.#stop('over');
  }
}

/** The first runs so many points, then the second, then the others to their ends, then these two. One may be killed when it stops. */
export interface Schedule {
  readonly order: readonly number[];
  readonly points: readonly [number, number];
  readonly killed: 0 | 1 | undefined;
}

/** What a schedule needs of the world in which its players are. */
export interface Stage {
  readonly players: readonly Player[];
  /** Whether somebody holds what the player's statement waits for. */
  isBlocked(player: Player): Promise<boolean>;
  /** Ends the player's connections, which rolls back what it has not committed. */
  kill(player: Player): Promise<void>;
}

/** Runs a schedule to the end of all players. @returns whether each preempted player was still under way then */
export async function play(stage: Stage, { order, points, killed }: Schedule): Promise<readonly [boolean, boolean]> {
  const players = order.map((index) => stage.players[index] as Player);
  await settle(stage);
  const reached: boolean[] = [];
  for (const turn of [0, 1] as const) {
    const player = players[turn] as Player;
    let done = 0;
    while (done < points[turn] && player.state === 'waiting') {
      await step(stage, player);
      done += 1;
    }
    reached.push(done === points[turn] && player.state !== 'over');
    if (killed === turn && player.state !== 'over') await stage.kill(player);
  }
  const rest = [...players.slice(2), ...players.slice(0, 2)];
  const until = performance.now() + 60_000;
  while (rest.some(({ state }) => state === 'waiting' || state === 'running')) {
    for (const player of rest) while (player.state === 'waiting') await step(stage, player);
    if (rest.some(({ state }) => state === 'running')) await settle(stage);
    if (performance.now() > until)
      throw new Error(`Stuck: ${rest.map(({ name, state }) => `${name} ${state}`).join(', ')}.`);
  }
  return [reached[0] === true, reached[1] === true];
}

async function step(stage: Stage, player: Player): Promise<void> {
  player.goOn();
  await settle(stage);
}

/** Waits until nobody runs, but for those who are blocked. */
async function settle(stage: Stage): Promise<void> {
  for (;;) {
    const running = stage.players.filter(({ state }) => state === 'running');
    const stopped = Promise.all(running.map((player) => player.stopped));
    if (await settlesWithin(LOOK_FOR_LOCKS_EVERY_MS, stopped)) return;
    const left = running.filter(({ state }) => state === 'running');
    const blocked = await Promise.all(left.map((player) => stage.isBlocked(player)));
    if (blocked.every(Boolean) && left.every(({ state }) => state === 'running')) return;
  }
}

/** Every schedule of two preemptions of these players, with and without a kill, as far as `visit` says that they go on. */
export async function everySchedule(
  players: number,
  visit: (schedule: Schedule) => Promise<readonly [boolean, boolean]>,
): Promise<number> {
  let played = 0;
  for (const order of permutations(players)) {
    for (let first = 0; ; first++) {
      let firstReached = false;
      for (let second = 0; ; second++) {
        let secondReached = false;
        for (const killed of [undefined, 0, 1] as const) {
          const reached = await visit({ order, points: [first, second], killed });
          played += 1;
          firstReached ||= reached[0];
          secondReached ||= reached[1];
        }
        if (!secondReached) break;
      }
      if (!firstReached) break;
    }
  }
  return played;
}

export function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((shorter) =>
    Array.from({ length: count }, (_, at) => shorter.toSpliced(at, 0, count - 1)),
  );
}
