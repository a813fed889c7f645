import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP, type ShardRange } from '../domain/shard-map.ts';
import { MemoryLog } from '../testing/ports.ts';
import { MisplacedOrdersError, migrateShards, type Schemas } from './migrate-shards.ts';

class MemorySchemas implements Schemas<ShardRange> {
  readonly migrated: number[] = [];
  readonly misplaced: Record<number, number> = {};
  readonly failing = new Set<number>();

  async countMisplacedOrders({ id }: ShardRange): Promise<number> {
    return this.misplaced[id] ?? 0;
  }

  async migrate({ id }: ShardRange): Promise<string[]> {
    if (this.failing.has(id)) throw new Error(`shard ${id} is down`);
    this.migrated.push(id);
    return ['1 create-orders'];
  }
}

describe('migrating the shards', () => {
  it('brings every shard up to date and says what was applied', async () => {
    expect(await migrateShards(DEFAULT_SHARD_MAP, new MemorySchemas(), new MemoryLog())).toEqual({
      shards: [
        { shard: 'shard1', applied: ['1 create-orders'] },
        { shard: 'shard2', applied: ['1 create-orders'] },
      ],
    });
  });

  it('refuses a map that would hide orders, with their number, before anything is changed', async () => {
    const schemas = new MemorySchemas();
    schemas.misplaced[2] = 12;
    await expect(migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog())).rejects.toThrow(
      new MisplacedOrdersError(
        'This shard map would hide 12 stored orders, whose users it puts on another shard: 12 in shard2 (N-Z). ' +
          'Deploy the former map again, or move these orders first.',
      ),
    );
    expect(schemas.migrated).toEqual([]);
  });

  it('fails when one shard fails, after the others are done', async () => {
    const schemas = new MemorySchemas();
    schemas.failing.add(1);
    await expect(migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog())).rejects.toThrow('shard 1 is down');
    expect(schemas.migrated).toEqual([2]);
  });
});
