import { PostgresMoves } from '../../functions/adapters/postgres/moves.ts';
import { PostgresOrderStore } from '../../functions/adapters/postgres/order-store.ts';
import { PostgresOrderWriter } from '../../functions/adapters/postgres/order-writer.ts';
import { PostgresOutbox } from '../../functions/adapters/postgres/outbox.ts';
import type { ShardDatabases } from '../../functions/adapters/postgres/shard-databases.ts';
import { confirmAnywhere } from '../../functions/confirm-orders/confirm-anywhere.ts';
import { createOrder } from '../../functions/create-order/create-order.ts';
import { atAnyShard } from '../../functions/domain/at-any-shard.ts';
import { MoveOverError, ShardUnavailableError } from '../../functions/domain/errors.ts';
import { confirm, orderCreated } from '../../functions/domain/events.ts';
import { againWhileMoving, endExpired, UsersPlace } from '../../functions/domain/users-place.ts';
import { moveUser } from '../../functions/move-users/move-user.ts';
import { anOrder } from '../../functions/testing/orders.ts';
import { MemoryLog } from '../../functions/testing/ports.ts';
import { runOf } from './actors.ts';
import { judge, judgeEnd } from './judge.ts';
import { withOwnClock } from './own-clock.ts';
import { idOf, MOVING_MAP, nameOf, type RealWorld, type Seen, SOURCE, TARGET } from './real-world.ts';
import { play, type Schedule } from './scheduler.ts';

/** What one process does; the functions' and the mover's own code, on real shards. */
export type RealActor = (databases: ShardDatabases, seen: Seen) => Promise<unknown>;

const MOVE = { userId: 'alice', move: 1 };

/** @param pages of one order, for how many a run has time */
export function moverWithTimeFor(pages: number): RealActor {
  return (databases) =>
    moveUser({ ...MOVE, source: SOURCE, target: TARGET }, new PostgresMoves(databases), runOf(pages)).catch((error) => {
      if (!(error instanceof MoveOverError)) throw error;
    });
}

export const mover = moverWithTimeFor(Number.POSITIVE_INFINITY);

/** A request, whose client may be told to try again. */
export function creator(name: string, key?: string): RealActor {
  return async (databases, seen) => {
    const writer = new PostgresOrderWriter(databases);
    const orders = {
      place: async (...args: Parameters<typeof writer.place>) => {
        const earlier = [...seen.acknowledged];
        const placement = await writer.place(...args);
        if (!placement.replayed) seen.before.push(...earlier.map((id) => `${name} ${id}`));
        return placement;
      },
      settle: writer.settle.bind(writer),
    };
    const dependencies = {
      places: new UsersPlace(MOVING_MAP, new PostgresMoves(databases)),
      orders,
      receipts: { put: async () => undefined, get: async () => undefined },
      events: {
        publish: async () => {
          seen.published.push(name);
          return { partition: 0, offset: 0 };
        },
      },
      newId: () => idOf(name),
      now: () => new Date(),
      metrics: { record: () => undefined },
      log: new MemoryLog(),
    };
    const request = { userId: 'alice', productName: 'Lamp', quantity: 1, price: 100n };
    await unlessRefused(async () => {
      const { order } = await createOrder(request, key, dependencies as never);
      seen.acknowledged.push(nameOf(order.id));
      if (key !== undefined) seen.keys = [...new Set([...seen.keys, `${key} ${nameOf(order.id)}`])];
    });
  };
}

export function relay(shard = SOURCE): RealActor {
  return async (databases, seen) => {
    const outbox = new PostgresOutbox(databases);
    const batch = await outbox.claim(shard);
    seen.published.push(...batch.filter(({ delivered }) => !delivered.event).map(({ order }) => nameOf(order.id)));
    const done = batch.map((each) => ({ ...each, delivered: { receipt: true, event: true } }));
    await unlessRefused(() =>
      atAnyShard(shard.id, MOVING_MAP, done, (at, orders) => againWhileMoving(() => outbox.settleAll(at, orders))),
    );
  };
}

export const confirmer: RealActor = async (databases, seen) => {
  const [orders, moves] = [new PostgresOrderStore(databases), new PostgresMoves(databases)];
  const confirmation = confirm(orderCreated(anOrder({ id: idOf('o') }), SOURCE), new Date());
  await unlessRefused(async () => {
    const dependencies = { shards: MOVING_MAP, orders, moves };
    const { missing, waiting } = await confirmAnywhere(SOURCE.id, [confirmation], dependencies);
    if (missing.length + waiting.length === 0) seen.confirmed.push('o');
  });
};

/** What a shard refuses for too long is tried again later: by the client, by the relay's next run, by Kafka. */
async function unlessRefused(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ShardUnavailableError)) throw error;
  }
}

/** Plays a schedule, lets all come again that comes again, and judges. @returns what is wrong, and how far the players came */
export async function playAndJudge(
  world: RealWorld,
  actors: Readonly<Record<string, RealActor>>,
  schedule: Schedule,
): Promise<{ readonly wrong: string | undefined; readonly reached: readonly [boolean, boolean] }> {
  await world.reset(Object.keys(actors));
  for (const [index, actor] of Object.values(actors).entries()) {
    const player = world.players[index] as (typeof world.players)[number];
    const databases = await world.databasesOf(player);
    player.begin(() => actor(databases, world.seen));
  }
  const reached = await play(world, schedule);
  const failed = world.players.find(({ failure }) => failure !== undefined);
  if (failed !== undefined) return { wrong: `${failed.name} fails: ${failed.failure}`, reached };
  const wrong = judge(await world.world());
  if (wrong !== undefined) return { wrong, reached };
  await withOwnClock(() => recover(world));
  return { wrong: judgeEnd(await world.world(), schedule.killed !== undefined), reached };
}

async function recover(world: RealWorld): Promise<void> {
  await world.later();
  const databases = await world.setup();
  const { state, attempt } = (await world.world()).source;
  if (state === 'leaving') await endExpired({ ...MOVE, attempt }, SOURCE, TARGET, new PostgresMoves(databases));
  await mover(databases, world.seen);
  if (!world.seen.confirmed.includes('o')) await confirmer(databases, world.seen);
  for (const shard of MOVING_MAP) await relay(shard)(databases, world.seen);
}
