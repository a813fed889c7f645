import { z } from 'zod';
import { checkShardMap, DEFAULT_SHARD_MAP, ShardMapError, type ShardRange } from '../functions/domain/shard-map.ts';
import { STAGES, type Stage } from './stage.ts';

/** What one synthesis is asked to build. */
export interface Config {
  readonly stage: Stage;
  /** Name of the receipts bucket; left to CloudFormation when not given, since bucket names are global. */
  readonly receiptsBucket?: string | undefined;
  readonly shards: readonly ShardRange[];
  /** Age at which the event of an order that was never confirmed is published again. */
  readonly republishAfterMinutes: number;
}

/** Thrown for a CDK context that cannot be built; names the key and the allowed values. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

// Context given on the command line is always text; cdk.json may hold the value itself.
const shardMap = z.preprocess(
  parseJsonText,
  z.array(z.strictObject({ id: z.int(), from: z.string(), to: z.string() }), {
    error: 'must be a JSON list such as [{"id":1,"from":"A","to":"M"},{"id":2,"from":"N","to":"Z"}]',
  }),
);

const MINUTES = { error: 'must be a whole number of minutes, at least 1' };
const wholeMinutes = z.preprocess(parseJsonText, z.int(MINUTES).min(1, MINUTES));

const schema = z.strictObject({
  stage: z.enum(['dev', 'prod'], { error: 'must be dev or prod' }).default('dev'),
  receiptsBucket: z
    .string()
    .regex(/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
      error: 'must be an S3 bucket name: 3-63 lower case letters, digits, dots and hyphens',
    })
    .optional(),
  shards: shardMap.default([...DEFAULT_SHARD_MAP]),
  republishAfterMinutes: wholeMinutes.default(10),
});

/**
 * Reads the application's settings from the CDK context (`cdk -c key=value`, or cdk.json).
 *
 * @param context all context of the app; keys of the CDK itself are passed over
 * @throws ConfigError naming the key that is unknown or wrong
 */
export function readConfig(context: Record<string, unknown>): Config {
  const ours = Object.fromEntries(Object.entries(context).filter(([key]) => !belongsToCdk(key)));
  const parsed = schema.safeParse(ours);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, ours)).join('\n'));
  }
  const { stage, shards, ...rest } = parsed.data;
  return { ...rest, stage: STAGES[stage], shards: checkShards(shards) };
}

// Feature flags, lookups and the CLI's own entries have a colon in their names, all but this one.
function belongsToCdk(key: string): boolean {
  return key.includes(':') || key === 'cli-telemetry';
}

function parseJsonText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // neither a list nor a number, so the schema refuses it with its own sentence
  }
}

function checkShards(shards: readonly ShardRange[]): readonly ShardRange[] {
  try {
    return checkShardMap(shards);
  } catch (error) {
    if (error instanceof ShardMapError) throw new ConfigError(`Context "shards": ${error.message}`, { cause: error });
    throw error;
  }
}

function describe(issue: z.core.$ZodIssue, context: Record<string, unknown>): string {
  const key = issue.path[0];
  if (key === undefined && issue.code === 'unrecognized_keys') {
    const allowed = Object.keys(schema.shape).join(', ');
    return `Unknown context ${issue.keys.map((name) => `"${name}"`).join(', ')}: the allowed keys are ${allowed}.`;
  }
  const place = issue.path.length > 1 ? ` at ${issue.path.slice(1).join('.')}` : '';
  return `Context "${String(key)}"${place}: ${issue.message}; got ${JSON.stringify(context[String(key)])}.`;
}
