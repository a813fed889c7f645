import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../domain/order-page.ts';
import { readCommand } from './input.ts';

const LAST = { createdAt: new Date('2026-11-22T09:30:00.123Z'), id: '019d0f2e-7b5c-7000-8000-000000000001' };

describe("a command about a user's data", () => {
  it('says where to go on, and until when orders were placed', () => {
    expect(readCommand({ do: 'orders', userId: 'alice', after: encodeCursor(LAST) })).toMatchObject({ after: LAST });
    expect(readCommand({ do: 'erase-orders', userId: 'a.-_9', placedUntil: LAST.createdAt.toISOString() })).toEqual({
      do: 'erase-orders',
      userId: 'a.-_9',
      placedUntil: LAST.createdAt,
    });
  });

  it.each([
    [{ do: 'erase-orders' }, 'userId'],
    [{ do: 'erase-orders', userId: '' }, 'must start with a letter'],
    [{ do: 'erase-orders', userId: 'al%' }, 'must start with a letter'],
    [{ do: 'erase-receipts', userId: 'a/../b' }, 'must start with a letter'],
    [{ do: 'erase', userId: 'alice' }, 'Invalid'],
    [{ do: 'orders', userId: 'alice', after: 'x' }, 'cursor must be the next_cursor'],
    [{ do: 'erase-orders', userId: 'alice', placedUntil: 'soon' }, 'placedUntil'],
    [{}, 'Invalid'],
  ])('is refused: %j', (event, message) => {
    expect(() => readCommand(event)).toThrow(message);
  });
});
