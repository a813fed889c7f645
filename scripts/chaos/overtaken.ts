import type { Evidence } from './evidence.ts';

/**
 * Two quick orders of a user do not wait for each other (5 s); beyond that the events of a user keep the order in which
 * the orders were created. The rest is the time that a create may take.
 */
const QUICK_MS = 10_000;

/** How many orders' first event came after the first event of an order that the same user placed much later. */
export function countOvertaken({ rows, events }: Pick<Evidence, 'rows' | 'events'>): number {
  const createdAt = new Map(rows.map((row) => [row.id, Date.parse(row.createdAt)]));
  const newestOfUser = new Map<string, number>();
  const seen = new Set<string>();
  let overtaken = 0;
  for (const { key, eventId } of events) {
    const created = createdAt.get(eventId);
    if (created === undefined || seen.has(eventId)) continue;
    seen.add(eventId);
    const newest = newestOfUser.get(key) ?? 0;
    if (created + QUICK_MS < newest) overtaken += 1;
    newestOfUser.set(key, Math.max(newest, created));
  }
  return overtaken;
}
