import { describe, expect, it } from 'vitest';
import { MissingShardsError, type ShardState } from '../domain/map-changes.ts';
import { NO_MOVE, type OwnedRange } from '../domain/moves.ts';
import { DEFAULT_SHARD_MAP, joinMaps, type OwningShard, type ShardRange } from '../domain/shard-map.ts';
import { MemoryLog } from '../testing/ports.ts';
import { MisplacedOrdersError, migrateShards, type Schemas } from './migrate-shards.ts';

class MemorySchemas implements Schemas<ShardRange> {
  readonly migrated: number[] = [];
  readonly misplaced: Record<number, number> = {};
  readonly failing = new Set<number>();
  readonly states: Record<number, Partial<ShardState>> = {};
  readonly maps = new Map<number, readonly OwningShard[]>();
  /** How many shards have users, as every shard was told. */
  readonly over = new Set<number>();

  async countMisplacedOrders({ id }: ShardRange): Promise<number> {
    return this.misplaced[id] ?? 0;
  }

  async stateOf({ id }: ShardRange): Promise<ShardState> {
    return { recorded: this.maps.get(id) ?? [], ...NO_MOVE, ...this.states[id] };
  }

  async recordMap({ id }: ShardRange, map: readonly OwningShard[], over: number): Promise<void> {
    this.maps.set(id, map);
    this.over.add(over);
  }

  async migrate({ id }: ShardRange): Promise<string[]> {
    if (this.failing.has(id)) throw new Error(`shard ${id} is down`);
    this.migrated.push(id);
    return ['1 create-orders'];
  }
}

const NEXT = [
  { id: 1, from: 'A', to: 'F' },
  { id: 3, from: 'G', to: 'M' },
  { id: 2, from: 'N', to: 'Z' },
];

const range = (role: OwnedRange['role'], from: string, before: string): OwnedRange => ({ role, from, before });

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
          'Deploy the previous map again, and this one as "nextShards" to move them with "npm run shards".',
      ),
    );
    expect(schemas.migrated).toEqual([]);
  });

  it('keeps the present map in every shard, new ones of the next map included', async () => {
    const schemas = new MemorySchemas();
    await migrateShards(joinMaps(DEFAULT_SHARD_MAP, NEXT), schemas, new MemoryLog());
    expect([...schemas.maps]).toEqual([1, 2, 3].map((id) => [id, DEFAULT_SHARD_MAP]));
  });

  it('refuses a map without a shard that there was, before anything is changed', async () => {
    const schemas = new MemorySchemas();
    schemas.maps.set(1, NEXT);
    const migrated = migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog());
    await expect(migrated).rejects.toThrow(MissingShardsError);
    expect([schemas.migrated, schemas.maps.get(2)]).toEqual([[], undefined]);
  });

  it('takes a map with more shards, also on a second attempt', async () => {
    const schemas = new MemorySchemas();
    schemas.maps.set(1, [{ id: 1, from: 'A', to: 'Z' }]);
    schemas.failing.add(2);
    await expect(migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog())).rejects.toThrow('shard 2 is down');
    expect(schemas.maps.get(1)).toHaveLength(1);
    schemas.failing.clear();
    await migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog());
    expect(schemas.maps.get(1)).toEqual(DEFAULT_SHARD_MAP);
  });

  it('keeps that users are on the shards of both maps from the beginning of a move until the deployment after it', async () => {
    const both = joinMaps(DEFAULT_SHARD_MAP, NEXT);
    const schemas = new MemorySchemas();
    const overBy = async (shards: readonly ShardRange[]) => {
      schemas.over.clear();
      await migrateShards(shards, schemas, new MemoryLog());
      return [...schemas.over];
    };
    expect(await overBy(both)).toEqual([2]);
    schemas.states[1] = { move: 1, state: 'running', ranges: [range('own', 'A', 'G'), range('out', 'G', 'N')] };
    expect(await overBy(both)).toEqual([3]);
    schemas.states[1] = { move: 1, state: 'finished', ranges: [range('own', 'A', 'G')] };
    expect(await overBy(both)).toEqual([3]);
    expect(await overBy(NEXT)).toEqual([3]);
    schemas.maps.clear();
    schemas.states[1] = { move: 2, state: 'finished', ranges: [range('own', 'A', 'N')] };
    expect(await overBy(both)).toEqual([2]);
  });

  it('takes no orders for misplaced that a move has brought', async () => {
    const schemas = new MemorySchemas();
    schemas.misplaced[3] = 12;
    schemas.states[1] = { move: 1, state: 'running', ranges: [range('own', 'A', 'G'), range('out', 'G', 'N')] };
    schemas.states[3] = { move: 1, state: 'running', ranges: [range('in', 'G', 'N')] };
    await migrateShards(joinMaps(DEFAULT_SHARD_MAP, NEXT), schemas, new MemoryLog());
    expect(schemas.migrated).toEqual([1, 2, 3]);
    schemas.states[1] = {};
    schemas.states[3] = {};
    await expect(migrateShards(joinMaps(DEFAULT_SHARD_MAP, NEXT), schemas, new MemoryLog())).rejects.toThrow(
      MisplacedOrdersError,
    );
  });

  it('fails when one shard fails, after the others are done', async () => {
    const schemas = new MemorySchemas();
    schemas.failing.add(1);
    await expect(migrateShards(DEFAULT_SHARD_MAP, schemas, new MemoryLog())).rejects.toThrow('shard 1 is down');
    expect(schemas.migrated).toEqual([2]);
  });
});
