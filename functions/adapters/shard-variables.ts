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

export type ConnectedShard = Readonly<z.infer<typeof shard>>;
/** With the names of the secrets of its master user and of the user that moves orders. */
export type MigratedShard = ConnectedShard & { readonly masterSecret: string; readonly moverSecret: string };

/** `orderflow/dev/{shard}/master`: one name for all shards, since further ones in each entry would not fit into 4 KB. */
const secrets = z.string().includes('{shard}');

/**
 * `SHARD_MAP` is `[{"id":1,"from":"A","to":"M","secret":"<secret name>"}, ...]`, with `"next":["A","F"]` in those of the next map
 * while there is one, checked as a whole.
 */
const variables = z.object({
  SHARD_MAP: z.string().transform(parseJson).pipe(z.array(shard)).transform(check),
  DATABASE_TLS: z.enum(['on', 'off']),
});

/** The shards, and whether connections use TLS with the server's certificate verified. */
export const shards = variables.transform(({ SHARD_MAP, DATABASE_TLS }) => ({
  shards: SHARD_MAP,
  tls: DATABASE_TLS === 'on',
}));

/** The same with the secrets of all users. */
export const shardsWithAllSecrets = variables
  .extend({ MASTER_SECRETS: secrets, MOVER_SECRETS: secrets })
  .transform(({ SHARD_MAP, DATABASE_TLS, MASTER_SECRETS, MOVER_SECRETS }) => ({
    shards: SHARD_MAP.map(
      (each): MigratedShard => ({
        ...each,
        masterSecret: MASTER_SECRETS.replace('{shard}', shardName(each)),
        moverSecret: MOVER_SECRETS.replace('{shard}', shardName(each)),
      }),
    ),
    tls: DATABASE_TLS === 'on',
  }));

function parseJson(value: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
}

function check(shards: ConnectedShard[], context: z.RefinementCtx): readonly ConnectedShard[] {
  try {
    return checkShardMap(shards);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
}
