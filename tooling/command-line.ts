import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError, UserError } from './errors.ts';

/** A command for people at a terminal. */
export interface Command<Asked> {
  /** What shows its help, such as `npm run dlt -- --help`. */
  readonly helpCommand: string;
  readonly help: string;
  /**
   * Reads the arguments after the script's name, and the environment.
   *
   * @returns undefined when only the help is asked for
   * @throws UserError
   */
  readonly parse: (args: readonly string[], env: NodeJS.ProcessEnv) => Asked | undefined;
  /** Does what is asked. `false` means that it came to its end with a bad result, which it has told. */
  readonly run: (asked: Asked) => Promise<unknown>;
}

/** Reads flags as `parseArgs` does, and says what is wrong with them in a sentence. */
export function parseFlags<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\.?$/, '.'));
  }
}

/**
 * Runs a command to its end, with the exit code that says how it went: 0, 1 for a failure, 2 for a command line that is not
 * understood. Foreseen failures are printed as their sentence alone.
 */
export async function runCommand<Asked>({ helpCommand, help, parse, run }: Command<Asked>): Promise<void> {
  try {
    const asked = asUsage(() => parse(process.argv.slice(2), process.env));
    if (asked === undefined) console.log(help);
    else if ((await run(asked)) === false) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error);
    if (error instanceof UsageError) console.error(`\`${helpCommand}\` shows what there is.`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** What the settings of the local run refuse is told as any other wrong command line. */
function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}
