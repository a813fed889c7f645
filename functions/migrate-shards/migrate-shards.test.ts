import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARD_MAP, type ShardRange } from '../domain/shard-map.ts';
import { MemoryLog } from '../testing/ports.ts';
import { MisplacedOrdersError, MissingShardsError, migrateShards, type Schemas } from './migrate-shards.ts';

class MemorySchemas implements Schemas<ShardRange> {
  readonly migrated: number[] = [];
  readonly misplaced: Record<number, number> = {};
  readonly failing = new Set<number>();
  readonly placements = new Map<number, number>();

  async countMisplacedOrders({ id }: ShardRange): Promise<number> {
    return this.misplaced[id] ?? 0;
  }

  async placementOf({ id }: ShardRange): Promise<number | undefined> {
    return this.placements.get(id);
  }

  async recordPlacement({ id }: ShardRange, shards: number): Promise<void> {
    this.placements.set(id, shards);
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
        'This shard map would hide 12 stored orders, because it assigns their users to another shard: 12 in shard2 (N-Z). ' +
          'Deploy the previous map again, or move these orders first.',
      ),
    );
    expect(schemas.migrated).toEqual([]);
  });

  it('keeps in every shard how many there are', async () => {
    const schemas = new MemorySchemas();
    await migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog());
    expect([...schemas.placements]).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  it('refuses a map with fewer shards than there were, before anything is changed', async () => {
    const schemas = new MemorySchemas();
    schemas.placements.set(1, 3);
    await expect(migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog())).rejects.toThrow(
      new MissingShardsError(
        'This shard map has 2 shards, but the stored orders were placed on 3: ' +
          'those of the shards that it leaves out would be hidden. Deploy a map with at least as many shards.',
      ),
    );
    expect([schemas.migrated, schemas.placements.get(2)]).toEqual([[], undefined]);
  });

  it('takes a map with more shards, also on a second attempt', async () => {
    const schemas = new MemorySchemas();
    schemas.placements.set(1, 1);
    schemas.failing.add(2);
    await expect(migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog())).rejects.toThrow('shard 2 is down');
    expect([...schemas.placements]).toEqual([[1, 1]]);
    schemas.failing.clear();
    await migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog());
    expect(schemas.placements.get(1)).toBe(2);
  });

  it('fails when one shard fails, after the others are done', async () => {
    const schemas = new MemorySchemas();
    schemas.failing.add(1);
    await expect(migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog())).rejects.toThrow('shard 1 is down');
    expect(schemas.migrated).toEqual([2]);
  });
});
