import { readFile } from 'node:fs/promises';
import type { Handled, Listing } from '../functions/dlt/dead-letters.ts';
import type { CommandEvent } from '../functions/dlt/input.ts';
import { UserError } from '../local/user-error.ts';
import { type DltCommand, HELP, parseDltCommand, UsageError } from './dlt/command-line.ts';
import { invokeDlt } from './dlt/dlt-function.ts';
import { handledText, listingText } from './dlt/report.ts';

try {
  console.log(await run(parseDltCommand(process.argv.slice(2), process.env)));
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function run(command: DltCommand): Promise<string> {
  if (command.verb === 'help') return HELP;
  if (command.verb === 'list') {
    const listing = (await invokeDlt({ action: 'list' }, command.target)) as Listing;
    return command.json ? JSON.stringify(listing.records, undefined, 2) : listingText(listing);
  }
  return handledText((await invokeDlt(await eventOf(command), command.target)) as Handled);
}

async function eventOf(command: DltCommand & { verb: 'replay' | 'drop' }): Promise<CommandEvent> {
  const { id } = command;
  if (command.verb === 'drop') return { action: 'drop', id };
  if (command.valueFile === undefined) return { action: 'replay', id };
  const value = await readFile(command.valueFile).catch((cause: Error) => {
    throw new UserError(`The value cannot be read: ${cause.message}.`, { cause });
  });
  return { action: 'replay', id, value: { base64: value.toString('base64') } };
}
