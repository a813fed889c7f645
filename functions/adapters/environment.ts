import * as z from 'zod';

/** Thrown at cold start for a missing or malformed environment variable; the message names it. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError';
}

/**
 * Reads a function's environment variables.
 *
 * @param variables schema per variable; each sees the raw text
 * @throws EnvironmentError naming every variable that is missing or malformed
 */
export function readEnvironment<Shape extends z.core.$ZodShape>(
  variables: Shape,
  environment: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<Shape>> {
  const result = z.object(variables).safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const [name, ...inside] = path.map(String);
    return `${name}${inside.length > 0 ? ` (${inside.join('.')})` : ''}: ${message}`;
  });
  throw new EnvironmentError(`The environment variable is not usable: ${problems.join('; ')}`);
}

/** A variable that must not be empty. */
export const text = z.string().min(1);

/** `host:port,host:port` as a list. */
export const brokerList = z
  .string()
  .regex(/^[^\s:,]+:\d+(,[^\s:,]+:\d+)*$/, 'must look like host:port,host:port')
  .transform((value) => value.split(','));

/** How clients sign in to the brokers: `iam` as on MSK, with a signed token over TLS, or `none`, in plaintext. */
export const kafkaAuth = z.enum(['iam', 'none']);

/** Whether connections to the databases are encrypted: `on`, with the server's certificate verified, or `off`. */
export const databaseTls = z.enum(['on', 'off']).transform((value) => value === 'on');

/** A whole number from 1 up. */
export const positiveInteger = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1 up')
  .transform(Number);
