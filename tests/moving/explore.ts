import type { Actor, Call } from './actors.ts';
import type { Rules } from './rules.ts';
import { type Request, STEPS } from './steps.ts';
import { BEGIN, type World } from './world.ts';

export interface Explored {
  readonly states: number;
  /** The shortest way to something that must never be, a step a line; undefined when there is none. */
  readonly counterexample: readonly string[] | undefined;
}

/** Judges a world. @param crashed whether an actor has ended in the middle. @returns what is wrong with it */
export type Judge = (world: World, crashed: boolean) => string | undefined;

/** What an actor asks for next. `index` numbers what it has been told so far, so that states compare cheaply. */
interface Position {
  readonly index: number;
  /** Undefined at its end. */
  readonly request: Request | undefined;
}

interface State {
  readonly world: World;
  /** Of each actor; undefined for the one that has crashed. */
  readonly positions: readonly (Position | undefined)[];
  readonly from: State | undefined;
  readonly how: string;
}

/**
 * Visits every state that actors can reach, whoever runs next and whoever ends for ever at whichever step, once each.
 *
 * @param actors by name; a name decides on lines of the counterexample only
 * @param judge of every state. @param judgeEnd of those where nobody can go on
 */
export async function explore(
  actors: Readonly<Record<string, Actor>>,
  rules: Rules,
  judge: Judge,
  judgeEnd: (world: World, crashed: boolean) => Promise<string | undefined>,
  begin: World = BEGIN,
): Promise<Explored> {
  const names = Object.keys(actors);
  const programs = Object.values(actors).map((actor) => new Program(actor, rules));
  const first = await Promise.all(programs.map((program) => program.begin()));
  const queue: State[] = [{ world: begin, positions: first, from: undefined, how: '' }];
  const seen = new Set<string>(queue.map(keyOf));
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as State;
    const crashed = state.positions.includes(undefined);
    const wrong = state.world.wrong ?? judge(state.world, crashed);
    if (wrong !== undefined) return { states: seen.size, counterexample: wayTo(state, wrong) };
    const visit = (next: State) => {
      const key = keyOf(next);
      if (seen.has(key)) return;
      seen.add(key);
      queue.push(next);
    };
    let moved = false;
    for (const [index, position] of state.positions.entries()) {
      if (position?.request === undefined) continue;
      const { at, step, args } = position.request;
      const outcome = STEPS[step](state.world, at as never, rules, ...(args as [never, never]));
      if (outcome === 'blocked') continue;
      moved = true;
      const after = await programs[index]?.after(position, outcome.answer);
      const how = `${names[index]}: ${step} at ${at}, is told ${JSON.stringify(outcome.answer)?.replaceAll(/\\*"/g, '')}`;
      visit({ world: outcome.world, positions: state.positions.with(index, after), from: state, how });
      if (!crashed) {
        visit({
          ...state,
          positions: state.positions.with(index, undefined),
          from: state,
          how: `${names[index]}: ends for ever`,
        });
      }
    }
    if (moved) continue;
    const wrongInTheEnd = await judgeEnd(state.world, crashed);
    if (wrongInTheEnd !== undefined) return { states: seen.size, counterexample: wayTo(state, wrongInTheEnd) };
  }
  return { states: seen.size, counterexample: undefined };
}

/** Lets actors run one after the other. @returns the world after them; a blocked one is left where it is */
export async function runInTurn(world: World, actors: readonly Actor[], rules: Rules): Promise<World> {
  let now = world;
  for (const actor of actors) {
    const blocked = Symbol('blocked');
    const call: Call = async (at, step, ...args) => {
      const outcome = STEPS[step](now, at as never, rules, ...(args as [never, never]));
      if (outcome === 'blocked') throw blocked;
      now = outcome.world;
      return outcome.answer;
    };
    await actor(call, rules).catch((error) => {
      if (error !== blocked) throw error;
    });
  }
  return now;
}

function keyOf({ world, positions }: State): string {
  return `${positions.map((position) => position?.index ?? 'x')} ${JSON.stringify(world)}`;
}

function wayTo(state: State, wrong: string): string[] {
  const lines = [wrong];
  for (let at: State | undefined = state; at?.from !== undefined; at = at.from) lines.unshift(at.how);
  return lines;
}

/** An actor that can be continued from any point: it is run again, and told what it was told before. */
class Program {
  readonly #actor: Actor;
  readonly #rules: Rules;
  readonly #histories: (readonly unknown[])[] = [];
  readonly #known = new Map<string, Promise<Position>>();

  constructor(actor: Actor, rules: Rules) {
    this.#actor = actor;
    this.#rules = rules;
  }

  begin(): Promise<Position> {
    return this.#at([]);
  }

  after({ index }: Position, answer: unknown): Promise<Position> {
    return this.#at([...(this.#histories[index] ?? []), answer]);
  }

  #at(history: readonly unknown[]): Promise<Position> {
    const key = JSON.stringify(history);
    const known = this.#known.get(key) ?? this.#runTo(history);
    this.#known.set(key, known);
    return known;
  }

  async #runTo(history: readonly unknown[]): Promise<Position> {
    const index = this.#histories.push(history) - 1;
    const request = await new Promise<Request | undefined>((resolve, reject) => {
      let told = 0;
      const call: Call = (at, step, ...args) => {
        if (told < history.length) return Promise.resolve(history[told++]);
        resolve({ at, step, args });
        return new Promise(() => undefined);
      };
      this.#actor(call, this.#rules).then(() => resolve(undefined), reject);
    });
    return { index, request };
  }
}
