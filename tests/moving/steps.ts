import type { Rules } from './rules.ts';
import { type Numbers, type OutboxRow, owns, type Place, type Shard, type StoredOrder, type World } from './world.ts';

/** A step of one actor: one transaction of one shard, or one call of the world outside. */
export interface Request {
  readonly at: Place | 'kafka' | 'client';
  readonly step: keyof typeof STEPS;
  // biome-ignore lint/suspicious/noExplicitAny: each step knows its own; they are compared as text.
  readonly args: readonly any[];
}

/** What became of the world and what the actor is told; `blocked` when it has to wait and nothing changes. */
export type Outcome = { readonly world: World; readonly answer: unknown } | 'blocked';

export interface Refusal {
  readonly refused: 'moved' | 'leaving';
  readonly attempt: number;
}

interface Rest {
  readonly orders: readonly StoredOrder[];
  readonly outbox: readonly OutboxRow[];
  readonly numbers: Numbers;
}

const NO_NUMBERS: Numbers = { placed: 0, confirmed: 0 };

type Step = (world: World, at: Place, rules: Rules, ...args: never[]) => Outcome;

/** The protocol as a table: what each step does to a shard. As the functions of the same names in scripts/migrations do. */
export const STEPS = {
  claim(world, at, rules) {
    const { state, attempt, changes } = world[at];
    if (state === 'leaving') return 'blocked';
    if (!owns(world, at)) return told(world, { outcome: 'gone' });
    if (state === 'copying') {
      return changed(world, at, { changes: rules.changesStay ? changes : [] }, { outcome: 'copying', attempt });
    }
    const answer = { outcome: 'copying', attempt: attempt + 1 };
    return changed(world, at, { state: 'copying', attempt: attempt + 1, changes: [] }, answer);
  },

  /** One order, the next one by its id. */
  page(world, at, _rules, after: string | undefined) {
    const next = world[at].orders
      .filter(({ id }) => after === undefined || id > after)
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .slice(0, 1);
    return told(world, { orders: next.length, rows: JSON.stringify(next), last: next[0]?.id });
  },

  expect(world, at, _rules, attempt: number) {
    const { state, attempt: known, copied } = world[at];
    if (state === 'arriving' && known === attempt) return told(world, { state, copied });
    const free = state === undefined || ((state === 'arriving' || state === 'refused') && known < attempt);
    if (!free) return told(world, { state: state === 'arriving' ? 'refused' : state });
    return changed(world, at, { state: 'arriving', attempt, copied: undefined }, { state: 'arriving' });
  },

  take(world, at, _rules, attempt: number, rows: string) {
    if (!isArriving(world[at], attempt)) return told(world, { refused: 'over' });
    const page: StoredOrder[] = JSON.parse(rows);
    return changed(world, at, { orders: stored(world[at].orders, page), copied: page.at(-1)?.id }, null);
  },

  leave(world, at, rules, attempt: number, last: string | undefined) {
    const shard = world[at];
    if (shard.attempt !== attempt || shard.state !== 'copying') return told(world, { outcome: 'gone' });
    if (shard.leased && rules.relayHasLease) return 'blocked';
    const orders = rules.restIsChanges
      ? shard.orders.filter(({ id }) => shard.changes.includes(id))
      : shard.orders.filter(({ id }) => last === undefined || id > last);
    const rest: Rest = { orders, outbox: shard.outbox, numbers: shard.numbers };
    return changed(world, at, { state: 'leaving' }, { outcome: 'leaving', rest: JSON.stringify(rest) });
  },

  arrive(world, at, _rules, attempt: number, text: string) {
    const shard = world[at];
    if (!isArriving(shard, attempt)) return told(world, shard.attempt === attempt ? shard.state : null);
    const rest: Rest = JSON.parse(text);
    const orders = stored(shard.orders, rest.orders);
    return changed(world, at, { state: 'here', orders, outbox: rest.outbox, numbers: rest.numbers }, 'here');
  },

  left(world, at, _rules, attempt: number) {
    if (!isLeaving(world[at], attempt)) return told(world, world[at].state);
    return changed(world, at, { state: 'moved', outbox: [], changes: [], numbers: NO_NUMBERS }, 'moved');
  },

  refuse(world, at, rules, attempt: number) {
    const { state, attempt: known } = world[at];
    if (state !== undefined && state !== 'arriving' && state !== 'refused') return told(world, 'here');
    if (known > attempt || !rules.refuseFirst) return told(world, 'refused');
    return changed(world, at, { state: 'refused', attempt }, 'refused');
  },

  stay(world, at, rules, attempt: number) {
    const { state, attempt: known } = world[at];
    if (known !== attempt || (state !== 'leaving' && state !== 'copying')) return told(world, null);
    return changed(world, at, { state: 'copying', attempt: rules.stayIsAnew ? attempt + 1 : attempt }, 'copying');
  },

  archive(world, at) {
    if (world[at].state !== 'moved') return 'blocked';
    return changed(world, at, { orders: [] }, null);
  },

  /** The guard by itself, as of a statement that read the placement before it waited. */
  look: (world, at) => told(world, refusal(world, at)),

  place(world, at, rules, id: string, key: string | undefined) {
    const refused = rules.guardWrites ? refusal(world, at) : undefined;
    if (refused) return told(world, refused);
    const shard = world[at];
    const found = shard.orders.find((order) => order.id === id || (key !== undefined && order.key === key));
    if (found !== undefined) return told(world, { id: found.id, replayed: true });
    const waits = shard.outbox.some(({ published, leftToRelay }) => leftToRelay && !published);
    return changed(
      { ...world, before: [...world.before, ...world.acknowledged.map((earlier) => `${id} ${earlier}`)] },
      at,
      {
        orders: [...shard.orders, { id, key, confirmed: false }],
        outbox: [...shard.outbox, { id, published: false, leftToRelay: waits }],
        numbers: { ...shard.numbers, placed: shard.numbers.placed + 1 },
        changes: noted(shard, id),
      },
      { id, replayed: false, waits },
    );
  },

  settle(world, at, rules, id: string, published: boolean) {
    const shard = world[at];
    if (!shard.orders.some((order) => order.id === id)) return told(world, { found: false });
    const refused = refusal(world, at);
    if (refused) return told(world, rules.settleFollows ? refused : { found: true });
    const outbox = shard.outbox.flatMap((row) =>
      row.id !== id ? [row] : published ? [] : [{ ...row, leftToRelay: true }],
    );
    return changed(world, at, { outbox, changes: noted(shard, id) }, { found: true });
  },

  /** The relay takes the user's rows, once the oldest is due: it was left to the relay, or its request ended long ago. */
  take_over(world, at) {
    const { outbox, leased } = world[at];
    if (!owns(world, at) || leased || !outbox[0]?.leftToRelay) return told(world, []);
    return changed(
      world,
      at,
      { leased: true },
      outbox.map(({ id }) => id),
    );
  },

  /** And has delivered these. @returns those that are not here any more */
  settle_all(world, at, rules, ids: readonly string[]) {
    const shard = world[at];
    if (!owns(world, at)) return changed(world, at, { leased: false }, rules.settleFollows ? ids : []);
    const outbox = shard.outbox.filter(({ id }) => !ids.includes(id));
    const changes = ids.reduce((noting, id) => noted({ ...shard, changes: noting }, id), shard.changes);
    return changed(world, at, { outbox, leased: false, changes }, []);
  },

  confirm(world, at, rules, id: string) {
    const shard = world[at];
    const order = shard.orders.find((each) => each.id === id);
    if (order === undefined) return told(world, { found: false });
    const refused = refusal(world, at);
    if (refused?.refused === 'leaving') return 'blocked';
    if (refused) return told(world, rules.confirmationsFollow ? { found: false } : { found: true });
    if (order.confirmed) return told(world, { found: true });
    return changed(
      world,
      at,
      {
        orders: shard.orders.map((each) => (each === order ? { ...order, confirmed: true } : each)),
        numbers: { ...shard.numbers, confirmed: shard.numbers.confirmed + 1 },
        changes: noted(shard, id),
      },
      { found: true },
    );
  },

  read(world, at) {
    const { state, orders } = world[at];
    const listing = world.listing ?? world.acknowledged;
    const shown = state !== 'arriving' && state !== 'refused' && state !== 'moved';
    const ids = shown ? orders.map(({ id }) => id) : [];
    return told({ ...world, listing }, ids);
  },

  listed(world, _at, rules, ids: readonly string[]) {
    const shown = rules.listsDropDoubles ? [...new Set(ids)] : ids;
    const missing = world.listing?.find((id) => !shown.includes(id));
    const double = shown.find((id, index) => shown.indexOf(id) !== index);
    const wrong =
      missing !== undefined
        ? `a list lacks ${missing}`
        : double !== undefined
          ? `a list has ${double} twice`
          : undefined;
    return told({ ...world, listing: undefined, wrong: world.wrong ?? wrong }, null);
  },

  publish: (world, _at, _rules, id: string) => told({ ...world, published: [...world.published, id] }, null),

  acknowledge(world, _at, _rules, id: string, key: string | undefined) {
    const keys = key === undefined ? world.keys : [...new Set([...world.keys, `${key} ${id}`])].sort();
    const acknowledged = [...new Set([...world.acknowledged, id])].sort();
    return told({ ...world, keys, acknowledged }, null);
  },

  applied: (world, _at, _rules, id: string) => told({ ...world, confirmed: [...world.confirmed, id] }, null),
} satisfies Record<string, Step>;

function changed(world: World, at: Place, change: Partial<Shard>, answer: unknown): Outcome {
  return { world: { ...world, [at]: { ...world[at], ...change } }, answer };
}

function told(world: World, answer: unknown): Outcome {
  return { world, answer };
}

function refusal(world: World, at: Place): Refusal | undefined {
  if (owns(world, at)) return undefined;
  const { state, attempt } = world[at];
  return { refused: state === 'leaving' ? 'leaving' : 'moved', attempt };
}

const isArriving = ({ state, attempt }: Shard, of: number) => state === 'arriving' && attempt === of;
const isLeaving = ({ state, attempt }: Shard, of: number) => state === 'leaving' && attempt === of;

function stored(orders: readonly StoredOrder[], moved: readonly StoredOrder[]): StoredOrder[] {
  return [...orders.filter(({ id }) => moved.every((each) => each.id !== id)), ...moved];
}

function noted({ state, changes }: Shard, id: string): readonly string[] {
  return state === 'copying' ? [...new Set([...changes, id])].sort() : changes;
}
