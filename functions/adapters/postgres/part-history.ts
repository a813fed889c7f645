import type { PartHistory, Transition } from '../../domain/part-history.ts';
import type { ShardRange } from '../../domain/shard-map.ts';
import type { ShardDatabases } from './shard-databases.ts';

// A part that was never found down is up. Two observers at once may both note a change, which does no harm.
const OBSERVE = `
  WITH observed AS (
    SELECT * FROM unnest($1::text[], $2::boolean[]) AS observed (part, up)
  ), noted AS (
    INSERT INTO part_transitions (part, up)
    SELECT part, up FROM observed
    WHERE up <> coalesce(
      (SELECT last.up FROM part_transitions AS last WHERE last.part = observed.part ORDER BY at DESC LIMIT 1), true)
    RETURNING part, up, at
  ), forgotten AS (
    DELETE FROM part_transitions WHERE at < now() - interval '30 days'
  )
  SELECT part, up, at FROM noted
  UNION ALL
  (SELECT part, up, at FROM part_transitions WHERE at > now() - interval '24 hours' ORDER BY at DESC LIMIT 100)`;

export class PostgresPartHistory implements PartHistory {
  readonly #databases: ShardDatabases;

  constructor(databases: ShardDatabases) {
    this.#databases = databases;
  }

  observe(shard: ShardRange, parts: ReadonlyMap<string, boolean>): Promise<Transition[]> {
    return this.#databases.query<Transition & Record<string, unknown>>(shard, {
      text: OBSERVE,
      values: [[...parts.keys()], [...parts.values()]],
    });
  }
}
