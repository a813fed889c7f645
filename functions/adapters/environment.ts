import * as z from 'zod/mini';
import '../contract/zod-messages.ts';

/** Thrown at cold start for missing or malformed environment variables; the message names them. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError';
}

/**
 * @param groups schemas of the whole environment; each picks the variables that belong together
 * @throws EnvironmentError naming every variable that is missing or malformed
 */
export function readEnvironment<Groups extends Readonly<Record<string, z.core.$ZodType>>>(
  groups: Groups,
  environment: NodeJS.ProcessEnv = process.env,
): { readonly [Key in keyof Groups]: z.output<Groups[Key]> } {
  const read = Object.entries(groups).map(([key, group]) => ({ key, ...z.safeParse(group, environment) }));
  const problems = read.flatMap(({ error }) => error?.issues ?? []).map(describe);
  if (problems.length > 0) throw new EnvironmentError(`Invalid environment variables: ${problems.join('; ')}`);
  return Object.fromEntries(read.map(({ key, data }) => [key, data])) as {
    [Key in keyof Groups]: z.output<Groups[Key]>;
  };
}

function describe({ path, message }: z.core.$ZodIssue): string {
  const [name, ...inside] = path.map(String);
  return `${name}${inside.length > 0 ? ` (${inside.join('.')})` : ''}: ${message}`;
}

/** A group of one variable: its value by itself. */
export function variable<Schema extends z.core.$ZodType>(name: string, schema: Schema) {
  return z.pipe(
    z.object({ [name]: schema }),
    z.transform((values) => values[name] as z.output<Schema>),
  );
}

export const nonEmpty = z.string().check(z.minLength(1));
export const optionalText = z.optional(nonEmpty);

export const positiveInteger = z.pipe(
  z.string().check(z.regex(/^[1-9]\d{0,8}$/, 'must be a whole number of at least 1')),
  z.transform(Number),
);

export const stage = variable('STAGE', nonEmpty);
export const receiptsBucket = variable('RECEIPTS_BUCKET', nonEmpty);
export const ordersTopic = variable('ORDERS_TOPIC', nonEmpty);

export const kafka = z.pipe(
  z.object({
    AWS_REGION: nonEmpty,
    KAFKA_BROKERS: z.pipe(
      z.string().check(z.regex(/^[^\s:,]+:\d+(,[^\s:,]+:\d+)*$/, 'must look like host:port,host:port')),
      z.transform((value: string) => value.split(',')),
    ),
    /** `iam` as on MSK, with a signed token over TLS; `none` in plaintext. */
    KAFKA_AUTH: z.enum(['iam', 'none']),
  }),
  z.transform(({ AWS_REGION: region, KAFKA_BROKERS: brokers, KAFKA_AUTH: auth }) => ({ brokers, auth, region })),
);
