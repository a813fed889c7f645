import type { Moves, PageEnd } from '../../functions/domain/moves.ts';
import type { MoveAttempt } from '../../functions/domain/ports.ts';
import { endExpired } from '../../functions/domain/users-place.ts';
import { moveUser } from '../../functions/move-users/move-user.ts';
import { Pace } from '../../functions/move-users/pace.ts';
import type { Rules } from './rules.ts';
import type { Refusal, Request } from './steps.ts';
import { other, type Place } from './world.ts';

// biome-ignore lint/suspicious/noExplicitAny: each step answers something else, which its caller knows.
export type Call = (at: Request['at'], step: Request['step'], ...args: unknown[]) => Promise<any>;

/** What one process does, step by step. It may end for ever between any two of them. */
export type Actor = (call: Call, rules: Rules) => Promise<unknown>;

export const SOURCE = { id: 1, from: 'A', to: 'M' };
export const TARGET = { id: 2, from: 'N', to: 'Z' };
/** What the mover is told when its attempt is over, and what ends it. */
const OVER = new Error('The attempt is over.');

/** A run of the mover that has time for so many pages. */
export function runOf(pages: number): Pace {
  let left = pages;
  const pace = new Pace({
    ordersPerPage: 1,
    ordersPerSecond: Number.POSITIVE_INFINITY,
    until: Number.POSITIVE_INFINITY,
  });
  return Object.assign(pace, { next: async () => left-- > 0 });
}

/** The mover's own code. @param pages for how many it has time */
export function moverWithTimeFor(pages: number): Actor {
  return (call) =>
    moveUser({ userId: 'u', move: 1, source: SOURCE, target: TARGET }, movesOf(call), runOf(pages)).catch((error) => {
      if (error !== OVER) throw error;
    });
}

export const mover = moverWithTimeFor(Number.POSITIVE_INFINITY);

/** A request that places an order, and delivers it unless the relay has to. */
export function creator(id: string, key?: string): Actor {
  return async (call, rules) => {
    const placed = await atThePlace(call, 'source', (at) => place(call, at, id, key, rules));
    if (placed === undefined) return;
    const { at, answer } = placed;
    if (!answer.replayed) {
      if (!answer.waits) await call('kafka', 'publish', answer.id);
      await settle(call, at, answer.id, !answer.waits, rules);
    }
    await call('client', 'acknowledge', answer.id, key);
  };
}

/** The relay of one shard, which has a user's orders until it has settled them. */
export function relay(at: Place): Actor {
  return async (call) => {
    const ids: string[] = await call(at, 'take_over');
    for (const id of ids) await call('kafka', 'publish', id);
    if (ids.length === 0) return;
    const elsewhere: string[] = await call(at, 'settle_all', ids);
    if (elsewhere.length > 0) await call(other(at), 'settle_all', elsewhere);
  };
}

/** A confirmation, which names the shard where the order was placed. */
export function confirmer(id: string): Actor {
  return async (call) => {
    // Kafka brings it again when it was found nowhere: a move may have been between the two.
    for (const at of ['source', 'target', 'source', 'target'] as const) {
      if ((await call(at, 'confirm', id)).found) return call('client', 'applied', id);
    }
  };
}

/** A list that asks both places in this order, and then once more. */
export function lister(first: Place): Actor {
  return async (call, rules) => {
    const round = [first, other(first)];
    const ids: string[] = [];
    for (const at of rules.listsAskTwice ? [...round, ...round] : round) ids.push(...(await call(at, 'read')));
    await call('client', 'listed', ids);
  };
}

/** What happens a minute after the switch. */
export const archiver: Actor = (call) => call('source', 'archive');

async function place(call: Call, at: Place, id: string, key: string | undefined, rules: Rules) {
  if (!rules.guardWrites) {
    const seen = await call(at, 'look');
    if (seen !== undefined) return seen;
  }
  return call(at, 'place', id, key);
}

async function settle(call: Call, at: Place, id: string, published: boolean, rules: Rules): Promise<void> {
  const settled = await atThePlace(call, at, (now) => call(now, 'settle', id, published));
  if (settled !== undefined && !settled.answer.found && rules.settleFollows) {
    await atThePlace(call, other(settled.at), (now) => call(now, 'settle', id, published));
  }
}

/** Asks where the user was last, then where a shard says that they are; whoever finds them on the way takes the lease for ended. */
async function atThePlace<Answer extends object>(
  call: Call,
  at: Place,
  work: (at: Place) => Promise<Answer | Refusal>,
): Promise<{ at: Place; answer: Exclude<Answer, Refusal> } | undefined> {
  for (let tries = 0; tries < 4; tries++) {
    const answer = await work(at);
    if (!('refused' in answer)) return { at, answer: answer as Exclude<Answer, Refusal> };
    if (answer.refused === 'moved') at = other(at);
    else await endAttempt(call, answer.attempt);
  }
  return undefined;
}

function endAttempt(call: Call, attempt: number): Promise<boolean> {
  return endExpired({ userId: 'u', move: 1, attempt }, SOURCE, TARGET, movesOf(call));
}

/** The port of the mover, with the model behind it: the end of a page is an id. */
export function movesOf(call: Call): Moves {
  let last: string | undefined;
  const at = ({ id }: { id: number }): Place => (id === 1 ? 'source' : 'target');
  const endOf = (id: string | undefined): PageEnd | undefined =>
    id === undefined ? id : { createdAt: new Date(0), id };
  const moves: Partial<Moves> = {
    claim: (shard) => call(at(shard), 'claim'),
    page: async (shard, _user, after) => {
      const page = await call(at(shard), 'page', after?.id);
      last = page.last ?? last;
      return { ...page, last: endOf(page.last) };
    },
    expect: async (shard, { attempt }) => {
      const { state, copied } = await call(at(shard), 'expect', attempt);
      return { state, copied: endOf(copied) };
    },
    take: async (shard, { attempt }: MoveAttempt, rows) => {
      if ((await call(at(shard), 'take', attempt, rows)) !== null) throw OVER;
    },
    leave: (shard, { attempt }) => call(at(shard), 'leave', attempt, last),
    arrive: (shard, { attempt }, rest) => call(at(shard), 'arrive', attempt, rest),
    left: (shard, { attempt }) => call(at(shard), 'left', attempt),
    refuse: (shard, { attempt }) => call(at(shard), 'refuse', attempt),
    stay: (shard, { attempt }) => call(at(shard), 'stay', attempt),
  };
  return moves as Moves;
}
