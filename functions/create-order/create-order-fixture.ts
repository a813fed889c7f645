import { DEFAULT_SHARD_MAP } from '../domain/shard-map.ts';
import { UsersPlace } from '../domain/users-place.ts';
import { MemoryMoves } from '../testing/memory-moves.ts';
import { MemoryOrders } from '../testing/memory-orders.ts';
import { MemoryEvents, MemoryLog, MemoryMetrics, MemoryReceipts } from '../testing/ports.ts';

/** What creating an order depends on, in memory: ids count up, and the clock stands still. */
export function memorySystem() {
  let ids = 0;
  return {
    places: new UsersPlace(DEFAULT_SHARD_MAP, new MemoryMoves()),
    orders: new MemoryOrders(),
    receipts: new MemoryReceipts(),
    events: new MemoryEvents(),
    newId: () => `019d0f2e-7b5c-7000-8000-${String(++ids).padStart(12, '0')}`,
    now: () => new Date('2026-11-22T09:30:00.123Z'),
    metrics: new MemoryMetrics(),
    log: new MemoryLog(),
  };
}
