import { endExpired } from '../../functions/domain/users-place.ts';
import { type Actor, archiver, confirmer, mover, movesOf, relay, SOURCE, TARGET } from './actors.ts';
import { type Explored, explore, runInTurn } from './explore.ts';
import { ALL_RULES, type Rules } from './rules.ts';
import { owns, type Shard, type World } from './world.ts';

/** Checks every interleaving of actors. @param off rules that do not hold */
export function check(actors: Readonly<Record<string, Actor>>, off: Partial<Rules> = {}): Promise<Explored> {
  const rules = { ...ALL_RULES, ...off };
  return explore(actors, rules, judge, async (world, crashed) => judgeEnd(await recovered(world, rules), crashed));
}

/** What must hold at every moment. */
export function judge(world: World): string | undefined {
  if (owns(world, 'source') && owns(world, 'target')) return 'the user has two owners';
  const keys = world.keys.map((entry) => entry.split(' ')[0]);
  return keys.length > new Set(keys).size ? `a key has two orders: ${world.keys}` : undefined;
}

/** What must hold once nobody runs any more, and after all that comes again has come again. */
export function judgeEnd(end: World, crashed: boolean): string | undefined {
  const twice = end.published.find((id, index) => end.published.indexOf(id) !== index);
  if (!crashed && twice !== undefined) return `${twice} is published twice, although nobody has crashed`;
  if (owns(end, 'source') || !owns(end, 'target')) return 'the user has no owner for ever';
  const { orders, outbox, numbers } = end.target;
  const lost = [...end.acknowledged, ...end.published].find((id) => !orders.some((order) => order.id === id));
  if (lost !== undefined) return `${lost} is lost, although its client or Kafka was told of it`;
  const unconfirmed = end.confirmed.find((id) => !orders.some((order) => order.id === id && order.confirmed));
  if (unconfirmed !== undefined) return `the confirmation of ${unconfirmed} is lost`;
  const unpublished = orders.find(({ id }) => !end.published.includes(id));
  if (unpublished !== undefined) return `the event of ${unpublished.id} is lost`;
  const overtaken = end.before.find((pair) => isOvertaken(pair, end.published));
  if (overtaken !== undefined) return `events are out of order: ${overtaken}`;
  const counted = { placed: orders.length, confirmed: orders.filter(({ confirmed }) => confirmed).length };
  if (JSON.stringify(counted) !== JSON.stringify(numbers)) return `the numbers are ${JSON.stringify(numbers)}`;
  return outbox.length > 0 ? 'something stays outstanding' : undefined;
}

/** Leases end, the mover and the relays run again, and Kafka redelivers. */
function recovered(world: World, rules: Rules): Promise<World> {
  const { state, attempt } = world.source;
  const undo: Actor = (call) => endExpired({ userId: 'u', move: 1, attempt }, SOURCE, TARGET, movesOf(call));
  const late = (shard: Shard): Shard => ({
    ...shard,
    leased: false,
    outbox: shard.outbox.map((row) => ({ ...row, leftToRelay: true })),
  });
  const redelivered = world.confirmed.includes('o') ? [] : [confirmer('o')];
  const expired = state === 'leaving' ? [undo] : [];
  const actors = [...expired, mover, ...redelivered, relay('source'), relay('target'), archiver];
  return runInTurn({ ...world, source: late(world.source), target: late(world.target) }, actors, rules);
}

function isOvertaken(pair: string, published: readonly string[]): boolean {
  const [later = '', earlier = ''] = pair.split(' ');
  return published.includes(later) && published.indexOf(later) < published.indexOf(earlier);
}
