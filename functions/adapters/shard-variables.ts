import * as z from 'zod';
import { checkShardMap } from '../domain/shard-map.ts';

const shard = z.object({
  id: z.int().positive(),
  /** With `to`; absent for a shard that is new in the next map. */
  from: z.string().optional(),
  to: z.string().optional(),
  /** `from` and `to` in the next map. */
  next: z.tuple([z.string(), z.string()]).optional(),
  /** Name of the secret that opens the database. */
  secret: z.string().min(1),
});

const shardWithMaster = shard.extend({ masterSecret: z.string().min(1) });

export type ConnectedShard = Readonly<z.infer<typeof shard>>;
export type MigratedShard = Readonly<z.infer<typeof shardWithMaster>>;

/** The shards, and whether connections use TLS with the server's certificate verified. */
export const shards = groupOf(shard);
/** The same with the secrets of the master users. */
export const shardsWithMasters = groupOf(shardWithMaster);

/** `SHARD_MAP` is `[{"id":1,"from":"A","to":"M","secret":"<secret name>"}, ...]`, with `"next":["A","F"]` in
 * those of the next map while there is one, checked as a whole. */
function groupOf<Shard extends ConnectedShard>(entry: z.ZodType<Shard>) {
  return z
    .object({
      SHARD_MAP: z.string().transform(parseJson).pipe(z.array(entry)).transform(check),
      DATABASE_TLS: z.enum(['on', 'off']),
    })
    .transform(({ SHARD_MAP, DATABASE_TLS }) => ({ shards: SHARD_MAP, tls: DATABASE_TLS === 'on' }));
}

function parseJson(value: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
}

function check<Shard extends ConnectedShard>(shards: Shard[], context: z.RefinementCtx): readonly Shard[] {
  try {
    return checkShardMap(shards);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
}
