import { isDeepStrictEqual } from 'node:util';
import { type Evidence, receiptKey, type TopicRecord } from './evidence.ts';
import { type AcknowledgedOrder, orderNumber } from './load.ts';
import type { StoredOrder } from './shards.ts';

/**
 * Two quick orders of a user do not wait for each other (5 s); beyond that the events of a user keep the order in which
 * the orders were created. The rest is the time that a create may take.
 */
const QUICK_MS = 10_000;

export interface Problem {
  readonly order: number;
  readonly id: string;
  readonly what: readonly string[];
}

export interface Verdict {
  readonly acknowledged: number;
  readonly stored: number;
  /** Stored, although no client was told so: the response was lost and the client had given up. */
  readonly storedUnacknowledged: number;
  readonly receipts: number;
  readonly events: number;
  readonly confirmations: number;
  readonly confirmed: number;
  /** Orders of which something is missing or wrong. */
  readonly lost: readonly Problem[];
  readonly doubled: readonly Problem[];
  /** Whose first event came after that of an order which the same user placed much later. */
  readonly overtaken: readonly Problem[];
  readonly duplicateEvents: number;
  readonly duplicateConfirmations: number;
  readonly outboxRows: number;
}

/** Compares what clients were told with what is there. Every stored order has to take effect, acknowledged or not. */
export function judge(acknowledged: readonly AcknowledgedOrder[], evidence: Evidence): Verdict {
  const rows = Map.groupBy(evidence.rows, ({ productName }) => orderNumber(productName) ?? -1);
  const events = Map.groupBy(evidence.events, ({ eventId }) => eventId);
  const confirmations = Map.groupBy(evidence.confirmations, ({ eventId }) => eventId);
  const told = new Map(acknowledged.map((order) => [order.wanted.number, order]));

  const missing = (row: StoredOrder) => [
    ...(row.status === 'confirmed' ? [] : [`status ${row.status}`]),
    ...receiptProblems(row, evidence.receipts.get(receiptKey(row))),
    ...(events.get(row.id)?.some((record) => isEventOf(row, record)) ? [] : ['no event']),
    ...(confirmations.get(row.id)?.some((record) => isConfirmationOf(row, record)) ? [] : ['no confirmation']),
  ];
  const lost: Problem[] = [];
  const doubled: Problem[] = [];
  for (const number of new Set([...told.keys(), ...rows.keys()])) {
    const order = told.get(number);
    const found = rows.get(number) ?? [];
    const id = order?.id ?? found[0]?.id ?? '';
    const what = [...(order ? acknowledgementProblems(order, found) : []), ...found.flatMap(missing)];
    if (what.length > 0) lost.push({ order: number, id, what });
    const twice = [
      ...(found.length > 1 ? [`stored ${found.length} times`] : []),
      ...((order?.repeatedId ?? id) === id ? [] : [`its repeated request got ${order?.repeatedId}`]),
    ];
    if (twice.length > 0) doubled.push({ order: number, id, what: twice });
  }
  return {
    acknowledged: acknowledged.length,
    stored: evidence.rows.length,
    storedUnacknowledged: [...rows.keys()].filter((number) => !told.has(number)).length,
    receipts: evidence.receipts.size,
    events: events.size,
    confirmations: confirmations.size,
    confirmed: evidence.rows.filter(({ status }) => status === 'confirmed').length,
    lost,
    doubled,
    overtaken: findOvertaken(evidence),
    duplicateEvents: evidence.events.length - events.size,
    duplicateConfirmations: evidence.confirmations.length - confirmations.size,
    outboxRows: evidence.outboxRows,
  };
}

/** Whether every order took effect once, in its order, and nothing is left to do. */
export function isSound({ lost, doubled, overtaken, outboxRows }: Verdict): boolean {
  return lost.length + doubled.length + overtaken.length + outboxRows === 0;
}

/** Orders whose first event came after the first event of an order that the same user placed much later. */
export function findOvertaken({ rows, events }: Pick<Evidence, 'rows' | 'events'>): Problem[] {
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const newestOfUser = new Map<string, StoredOrder>();
  const seen = new Set<string>();
  const overtaken: Problem[] = [];
  for (const { key, eventId } of events) {
    const row = rowOf.get(eventId);
    if (row === undefined || seen.has(eventId)) continue;
    seen.add(eventId);
    const newest = newestOfUser.get(key) ?? row;
    const olderBy = Date.parse(newest.createdAt) - Date.parse(row.createdAt);
    if (olderBy > QUICK_MS) {
      const what = [
        `created at ${row.createdAt}, its event came after that of ${newest.id}, created at ${newest.createdAt}`,
      ];
      overtaken.push({ order: orderNumber(row.productName) ?? -1, id: eventId, what });
    }
    newestOfUser.set(key, olderBy > 0 ? newest : row);
  }
  return overtaken;
}

function acknowledgementProblems({ id, shard, createdAt, wanted }: AcknowledgedOrder, found: readonly StoredOrder[]) {
  const row = found.find((candidate) => candidate.id === id);
  if (row === undefined) return ['not stored'];
  const { user_id, quantity, price } = wanted.body;
  const same =
    row.database === `orders_${shard}` &&
    row.userId === user_id &&
    row.quantity === quantity &&
    row.price === price &&
    row.createdAt === createdAt;
  return same ? [] : ['not stored as it was acknowledged'];
}

function receiptProblems(row: StoredOrder, text: string | undefined): string[] {
  if (text === undefined) return ['no receipt'];
  const facts = [
    row.id,
    row.userId,
    row.database.replace('orders_', ''),
    row.productName,
    String(row.quantity),
    row.price.toFixed(2),
    totalOf(row).toFixed(2),
    row.createdAt,
  ];
  return facts.every((fact) => text.includes(fact)) ? [] : ['a wrong receipt'];
}

/** The event says all of an order; a field that is not expected here is a wrong event, so that none is forgotten. */
function isEventOf(row: StoredOrder, { key, value }: TopicRecord): boolean {
  const event = {
    event_type: 'order.created',
    order_id: row.id,
    user_id: row.userId,
    product_name: row.productName,
    quantity: row.quantity,
    total: totalOf(row),
    status: 'created',
    shard: shardNumber(row),
    timestamp: row.createdAt,
  };
  return key === row.userId && isDeepStrictEqual(JSON.parse(value), event);
}

function isConfirmationOf(row: StoredOrder, { key, value, partition }: TopicRecord): boolean {
  const confirmation = JSON.parse(value) as Record<string, unknown>;
  return (
    key === row.userId &&
    partition === shardNumber(row) - 1 &&
    confirmation.event_type === 'order.confirmed' &&
    confirmation.order_id === row.id
  );
}

function totalOf({ quantity, price }: StoredOrder): number {
  return (quantity * Math.round(price * 100)) / 100;
}

function shardNumber({ database }: StoredOrder): number {
  return Number(/\d+$/.exec(database)?.[0]);
}
