import { UserError } from '../tooling/errors.ts';
import { createLog, type Log } from '../tooling/log.ts';
import { ignoreBrokenPipe } from '../tooling/signals.ts';

/** Something that runs until it is told to stop. */
export interface Service {
  stop(): Promise<void>;
}

/**
 * Runs a service as a process of its own, until SIGINT or SIGTERM. With the variable `END_WITH_STDIN` also until its stdin ends,
 * as it does when whoever holds the other end is killed. Its log goes to stdout.
 *
 * @param name source name of its lines
 * @param start gets the environment's variables
 */
export async function runService(
  name: string,
  start: (variables: NodeJS.ProcessEnv, log: Log) => Promise<Service>,
): Promise<void> {
  const asked = Promise.withResolvers<void>();
  // Stopping is bounded: whoever asks again waits for the first time to be done.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => asked.resolve());
  if (process.env.END_WITH_STDIN) process.stdin.resume().once('close', () => asked.resolve());
  ignoreBrokenPipe();
  const log = createLog({ source: name, terminal: process.stdout });
  try {
    const service = await start(process.env, log);
    log.info('is up');
    await asked.promise;
    log.info('stops');
    await service.stop();
    // A connection that cannot be closed in order keeps nobody waiting.
    process.exit(0);
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error);
    process.exit(1);
  }
}

/**
 * As {@link requiredVariable}, for an address.
 *
 * @throws UserError naming the one that is missing or no URL
 */
export function requiredUrl(variables: NodeJS.ProcessEnv, name: string, example: string): string {
  const value = requiredVariable(variables, name, example);
  if (URL.canParse(value)) return value;
  throw new UserError(`The environment variable ${name} must be a URL such as ${example}; got "${value}".`);
}

/**
 * A variable that the service cannot do without.
 *
 * @throws UserError naming the one that is missing
 */
export function requiredVariable(variables: NodeJS.ProcessEnv, name: string, example: string): string {
  const value = variables[name];
  if (value) return value;
  throw new UserError(`The environment variable ${name} is missing; it is something like ${example}.`);
}
