import { CONSUMER_GROUPS, TOPICS } from '../../functions/contract/topics.ts';
import { formatDollars, parseMoney } from '../../functions/domain/money.ts';
import { tableLines } from '../../tooling/table.ts';
import type { OrderFacts } from './order-facts.ts';

/** Where an order is, and what is outstanding. */
export function orderText(facts: OrderFacts): string {
  const { order, shard, idempotencyKey, receipt, event, confirmedAt } = facts;
  const total = (parseMoney(String(order.price)) ?? 0n) * BigInt(order.quantity);
  const rows = [
    ['order', `${order.quantity} x ${order.product_name} for ${order.user_id}, ${formatDollars(total)}`],
    ['stored', `${order.created_at} in ${shard}`],
    ...(idempotencyKey === undefined ? [] : [['', `Idempotency-Key ${idempotencyKey}`]]),
    [
      'receipt',
      receipt === undefined
        ? 'not stored'
        : `${receipt.storedAt ?? 'at an unknown time'}, ${order.receipt_s3_key}${bytesText(receipt.bytes)}`,
    ],
    [
      'event',
      event === undefined
        ? 'not published'
        : `${event.publishedAt ?? 'at an unknown time'}, topic ${TOPICS.orders}${placeText(event)}`,
    ],
    ...Object.entries(event?.headers ?? {}).map(([name, value]) => ['', `${name}: ${value}`]),
    ...(facts.consumedUpTo === undefined
      ? []
      : [['', `${CONSUMER_GROUPS.orders} takes offset ${facts.consumedUpTo} next`]]),
    ['confirmed', confirmedAt ?? 'not confirmed'],
  ];
  return [...tableLines(rows), '', ...outstanding(facts)].join('\n');
}

/** What is still to happen, and who sees to it. */
export function outstanding(facts: OrderFacts): string[] {
  const { outbox, event, confirmedAt, deadLetter, receipt } = facts;
  const relay = outbox === undefined ? '' : `relay-outbox takes it on at ${outbox.dueAt} or within a minute of it`;
  const isTaken = (event?.offset ?? Number.POSITIVE_INFINITY) < (facts.consumedUpTo ?? 0);
  const lines = [
    ...(receipt === undefined ? [`The receipt is outstanding: ${relay || 'its first attempt is under way'}.`] : []),
    ...(event === undefined ? [`The event is outstanding: ${relay || 'its first attempt is under way'}.`] : []),
  ];
  if (confirmedAt !== undefined || event === undefined) return lines.length > 0 ? lines : ['Nothing is outstanding.'];
  if (deadLetter !== undefined) {
    return [
      ...lines,
      `consume-orders gave its event up: see \`npm run dlt -- list\`, then \`npm run dlt -- replay ${deadLetter}\`.`,
    ];
  }
  if (facts.consumedUpTo !== undefined && !isTaken) {
    return [...lines, 'The confirmation is outstanding: consume-orders has not come to its event.'];
  }
  const waiting = facts.confirmationsWaiting;
  const where =
    waiting === undefined || waiting === 0
      ? ''
      : ` ${waiting} confirmations of ${facts.shard} wait for confirm-orders.`;
  return [
    ...lines,
    `The confirmation is outstanding.${where} relay-outbox publishes the event again if it has not come ten minutes after ${facts.renewedAt ?? facts.order.created_at}.`,
  ];
}

function bytesText(bytes: number | undefined): string {
  return bytes === undefined ? '' : `, ${bytes} bytes`;
}

function placeText({
  partition,
  offset,
}: {
  readonly partition?: number | undefined;
  readonly offset?: number | undefined;
}): string {
  return partition === undefined ? '' : `, partition ${partition}, offset ${offset}`;
}
