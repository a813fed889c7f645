import { inspect } from 'node:util';
import { Command, CommanderError, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { UsageError, UserError } from './errors.ts';
import { cacheDirOf, DEFAULT_DATA_DIR, pathOf, variableOf } from './paths.ts';
import { parsePort } from './ports.ts';
import { printableText } from './printable.ts';
import { InterruptedError, ignoreBrokenPipe } from './signals.ts';

const FAILURE = 1;
const USAGE_ERROR = 2;

/**
 * A command with the conventions that all commands share.
 *
 * @param name what people type before the options, such as `npm run dlt --`
 * @param failure what exit code 1 means
 */
export function newCommand(name: string, description: string, failure = 'failure') {
  return new Command(name)
    .description(description)
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('afterAll', `\nExit codes: 0 success, ${FAILURE} ${failure}, ${USAGE_ERROR} wrong usage.`)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: .*[^.\n]$/m, '$&.')) })
    .showHelpAfterError(`Run \`${name} --help\` for usage.`)
    .exitOverride();
}

/**
 * Runs a command and sets the process's exit code: 1 when the action throws, 2 when the command line is wrong. An action that
 * has reported a bad result itself sets it. Of a {@link UserError} only the message is printed. A command that was ended by a
 * signal gets that signal's code, as in shells.
 */
export async function runCommand(command: { parseAsync(): Promise<unknown> }): Promise<void> {
  ignoreBrokenPipe();
  try {
    await command.parseAsync();
  } catch (error) {
    // Commander has printed its message, or the help.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
    else if (error instanceof InterruptedError) process.exitCode = error.exitCode;
    else {
      console.error(failureText(error));
      process.exitCode = error instanceof UsageError ? USAGE_ERROR : FAILURE;
    }
  }
}

/**
 * What a person is shown of a failure: the sentences of a {@link UserError}, and everything about any other. Servers and clients may have
 * written parts of it, so it is {@link printableText}.
 */
export function failureText(error: unknown): string {
  return printableText(error instanceof UserError ? error.message : inspect(error));
}

/** An option with an environment variable: `--api-port` is `ORDERFLOW_API_PORT`. The option wins. */
export function setting<const Flags extends string>(flags: Flags, description: string) {
  const option = new Option(flags, description);
  return option.env(variableOf(option.name()));
}

/** `--data-dir`, as an absolute path. */
export function dataDirOption() {
  return setting('--data-dir <folder>', 'the folder that keeps the data of the local run')
    .argParser(folder)
    .default(DEFAULT_DATA_DIR, '.orderflow');
}

/** `--cache-dir`, as an absolute path. */
export function cacheDirOption() {
  return setting('--cache-dir <folder>', 'the folder that keeps downloads, shared by all clones')
    .argParser(folder)
    .default(cacheDirOf({ ...process.env, ORDERFLOW_CACHE_DIR: undefined }), 'the user cache');
}

/** `--context`, as the CDK's own command line has it; may be repeated. @param usual what holds without it, for the help */
export function contextOption(usual = 'none') {
  return new Option('-c, --context <key=value>', 'CDK context of the templates; may be repeated')
    .argParser((text, previous: Readonly<Record<string, string>>) => {
      const at = text.indexOf('=');
      if (at < 1) throw new InvalidArgumentError('It must be key=value.');
      return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
    })
    .default<Readonly<Record<string, string>>>({}, usual);
}

/** An option's value as a port; 0 stands for any free one. */
export function port(text: string): number {
  const number = parsePort(text);
  if (number !== undefined) return number;
  throw new InvalidArgumentError('It must be a port number, 0 to 65535.');
}

/** An option's value as a whole number. @param most undefined for any below 2^32 */
export function wholeNumber(least: number, most?: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= (most ?? 2 ** 32 - 1)) return number;
    throw new InvalidArgumentError(
      `It must be a whole number, ${least} ${most === undefined ? 'or more' : `to ${most}`}.`,
    );
  };
}

/** An option's value such as `30s`, `10m`, `2h` or `1d`. @returns milliseconds */
export function duration(text: string): number {
  const [, number, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit];
  if (seconds !== undefined) return Number(number) * seconds * 1_000;
  throw new InvalidArgumentError('It must be a time such as 30s, 10m, 2h or 1d.');
}

/** An option's value as any text but the empty one. */
export function nonEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

function folder(text: string): string {
  return pathOf(nonEmpty(text));
}
