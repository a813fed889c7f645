import { readFile } from 'node:fs/promises';
import type { Handled, Listing } from '../../functions/dlt/dead-letters.ts';
import type { CommandEvent } from '../../functions/dlt/input.ts';
import { runCommand } from '../../tooling/command-line.ts';
import { UserError } from '../../tooling/errors.ts';
import { printableText } from '../../tooling/printable.ts';
import { type DltCommand, dltCommand } from './command.ts';
import { invokeDlt } from './dlt-function.ts';
import { handledText, listingText } from './report.ts';

// Anybody may have written the records.
await runCommand(dltCommand(async (asked) => console.log(printableText(await resultOf(asked)))));

async function resultOf(command: DltCommand): Promise<string> {
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
