import type { ShardDatabases, Statement } from '../../functions/adapters/postgres/shard-databases.ts';
import type { TestShard } from './test-shard.ts';

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/**
 * How many rows of each table the statements of an adapter read, by `EXPLAIN ANALYZE`, which runs each of them a first time.
 *
 * @param ask gets databases to make the adapter with
 */
export async function rowsRead(
  shard: TestShard,
  ask: (databases: ShardDatabases) => Promise<unknown>,
): Promise<Record<string, number>> {
  const read: Record<string, number> = {};
  const count = (node: PlanNode) => {
    const { 'Relation Name': table, 'Rows Removed by Filter': removed = 0 } = node;
    const rows = (node['Actual Rows'] + removed) * node['Actual Loops'];
    if (table !== undefined) read[table] = (read[table] ?? 0) + rows;
    node.Plans?.forEach(count);
  };
  const query = (_: unknown, { text, values }: Statement) =>
    shard.asMaster(async (client) => {
      const explained = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, [...values]);
      count(explained.rows[0]['QUERY PLAN'][0].Plan);
      return (await client.query(text, [...values])).rows;
    });
  const queryRow = async (_: unknown, statement: Statement) => (await query(_, statement))[0];
  await ask({ query, queryRow } as never);
  return read;
}
