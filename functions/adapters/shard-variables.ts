import * as z from 'zod';
import { checkShardMap, shardName } from '../domain/shard-map.ts';

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

/** `orderflow/dev/{shard}/ordermover`: one name for all shards, since a third one in each entry would not fit into 4 KB. */
const moverSecrets = z.object({ MOVER_SECRETS: z.string().includes('{shard}') });

export type ConnectedShard = Readonly<z.infer<typeof shard>>;
export type MigratedShard = Readonly<z.infer<typeof shardWithMaster>> & { readonly moverSecret: string };

/** The shards, and whether connections use TLS with the server's certificate verified. */
export const shards = groupOf(shard);
/** The same with the secrets of all users. */
export const shardsWithAllSecrets = groupOf(shardWithMaster)
  .and(moverSecrets)
  .transform(({ shards, tls, MOVER_SECRETS }) => ({
    shards: shards.map((each) => ({ ...each, moverSecret: MOVER_SECRETS.replace('{shard}', shardName(each)) })),
    tls,
  }));

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
