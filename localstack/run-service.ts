import { failureText } from '../tooling/command-line.ts';
import { UserError } from '../tooling/errors.ts';
import { createLog, type Log } from '../tooling/log.ts';
import { ignoreBrokenPipe } from '../tooling/signals.ts';
import { Terminal } from '../tooling/terminal.ts';

export interface Service {
  stop(): Promise<void>;
}

/**
 * Runs a service until SIGINT or SIGTERM, and with the variable `END_WITH_STDIN` until its stdin ends, as it does when the
 * process at its other end is killed. Its log goes to stdout, each line with the service's name.
 */
export async function runService(
  name: string,
  start: (variables: NodeJS.ProcessEnv, log: Log) => Promise<Service>,
): Promise<void> {
  const asked = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => asked.resolve());
  if (process.env.END_WITH_STDIN) process.stdin.resume().once('close', () => asked.resolve());
  ignoreBrokenPipe();
  const log = createLog({ source: name, terminal: new Terminal(process.stdout) });
  try {
    const service = await start(process.env, log);
    log.info('is up');
    await asked.promise;
    log.info('stops');
    await service.stop();
    // Even if a connection does not close.
    process.exit(0);
  } catch (error) {
    console.error(failureText(error));
    process.exit(1);
  }
}

/** A required variable that holds a URL. @throws UserError naming the variable that is missing or not a URL */
export function requiredUrl(variables: NodeJS.ProcessEnv, name: string, example: string): string {
  const value = requiredVariable(variables, name, example);
  if (URL.canParse(value)) return value;
  throw new UserError(`The environment variable ${name} must be a URL such as ${example}; got "${value}".`);
}

/** The value of a required variable. @throws UserError naming the variable that is missing, with an example */
export function requiredVariable(variables: NodeJS.ProcessEnv, name: string, example: string): string {
  const value = variables[name];
  if (value) return value;
  throw new UserError(`The environment variable ${name} is missing. Example: ${example}.`);
}
