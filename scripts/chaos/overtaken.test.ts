import { expect, it } from 'vitest';
import type { StoredOrder, TopicRecord } from './evidence.ts';
import { countOvertaken } from './overtaken.ts';

/** Orders of users by the second of their creation, in the order of their events. */
function events(...orders: [user: string, second: number][]) {
  const ids = orders.map(([user, second]) => `${user}-${second}`);
  return {
    rows: orders.map(([, second], index) => ({
      id: ids[index],
      createdAt: new Date(Date.UTC(2026, 10, 22, 9, 30, second)).toISOString(),
    })) as StoredOrder[],
    events: orders.map(([key], index) => ({ key, eventId: ids[index] })) as TopicRecord[],
  };
}

it('lets the events of one user keep the order of creation', () => {
  expect(countOvertaken(events(['zara', 0], ['zara', 20], ['zara', 40]))).toBe(0);
  expect(countOvertaken(events(['zara', 20], ['zara', 40], ['zara', 0]))).toBe(1);
});

it('does not compare users with each other', () => {
  expect(countOvertaken(events(['zara', 40], ['alice', 0]))).toBe(0);
});

it('lets quick orders of a user come in any order', () => {
  expect(countOvertaken(events(['zara', 4], ['zara', 0]))).toBe(0);
});

it('looks at the first event of an order alone', () => {
  expect(countOvertaken(events(['zara', 0], ['zara', 40], ['zara', 0]))).toBe(0);
});
