import * as z from 'zod';
import { checkShardMap } from '../domain/shard-map.ts';

/** A shard as the functions know it: its letters and the name of the secret that opens its database. */
const shard = z.object({
  id: z.int().positive(),
  from: z.string(),
  to: z.string(),
  secret: z.string().min(1),
});

/** The same with the master user's secret, for the function that changes the schema. */
const shardWithMaster = shard.extend({ masterSecret: z.string().min(1) });

/** A shard whose database can be opened. */
export type ConnectedShard = Readonly<z.infer<typeof shard>>;
/** A shard whose schema can be changed. */
export type MigratedShard = Readonly<z.infer<typeof shardWithMaster>>;

function shardMapOf<Shard extends ConnectedShard>(entry: z.ZodType<Shard>) {
  return z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue('is not JSON');
        return z.NEVER;
      }
    })
    .pipe(z.array(entry))
    .transform((shards, context) => {
      try {
        return checkShardMap(shards);
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error));
        return z.NEVER;
      }
    });
}

/** `SHARD_MAP`: `[{"id":1,"from":"A","to":"M","secret":"<secret name>"}]`, checked as a whole. */
export const shardMap = shardMapOf(shard);
/** `SHARD_MAP` whose entries also carry `masterSecret`. */
export const shardMapWithMasters = shardMapOf(shardWithMaster);
