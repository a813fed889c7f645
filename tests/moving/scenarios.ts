import { confirmer, creator, mover, moverWithTimeFor, type RealActor, relay } from './real-actors.ts';
import { permutations, type Schedule } from './scheduler.ts';

/** Who works on real shards at once. */
export const SCENARIOS: Readonly<Record<string, Readonly<Record<string, RealActor>>>> = {
  'a request': { mover, request: creator('a') },
  'a relay': { mover, relay: relay() },
  'a confirmation': { mover, confirmation: confirmer },
  'another mover': { mover, 'next mover': mover },
  'a run that ends too early': {
    mover: moverWithTimeFor(1),
    'next mover': mover,
    confirmation: confirmer,
    request: creator('a'),
  },
  'two requests of one key': { mover, 'request a': creator('a', 'k'), 'request b': creator('b', 'k') },
  'a relay and a request': { mover, relay: relay(), request: creator('a') },
};

/** No player has more points. */
const POINTS = 22;

/** Some of all schedules of so many players, the same ones for the same seed. */
export function sample(players: number, count: number, seed: number): Schedule[] {
  const orders = permutations(players);
  let state = seed;
  // https://en.wikipedia.org/wiki/Linear_congruential_generator, with the numbers of Numerical Recipes.
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, () => ({
    order: orders[below(orders.length)] ?? [],
    points: [below(POINTS), below(POINTS)] as const,
    killed: ([undefined, 0, 1] as const)[below(3)],
  }));
}
