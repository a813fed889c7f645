import { newTargetCommand, type Target } from '../target.ts';

/** What the command line asks for. */
export type DltCommand =
  | { readonly verb: 'list'; readonly target: Target; readonly json: boolean }
  | { readonly verb: 'replay'; readonly target: Target; readonly id: string; readonly valueFile: string | undefined }
  | { readonly verb: 'drop'; readonly target: Target; readonly id: string };

/** The command line of `npm run dlt`. @param perform does what is asked */
export function dltCommand(perform: (asked: DltCommand) => Promise<void>) {
  const { command, target } = newTargetCommand(
    'npm run dlt --',
    'Manages the records of the topic orders that could not be processed and went to orders-dlt.',
  );

  command
    .command('list')
    .description('Shows the records that are not handled yet, oldest first.')
    .option('--json', 'print JSON, with the first 2 KB of each value')
    .action(({ json = false }) => perform({ verb: 'list', target: target(), json }));
  command
    .command('replay')
    .description('Returns a record to its topic and marks it as handled.')
    .argument('<id>', 'id of the record as shown by list, such as orders-3-42')
    .option(
      '--value <file>',
      'publish the content of this file in place of the original value, such as a repaired record',
    )
    .action((id, { value: valueFile }) => perform({ verb: 'replay', target: target(), id, valueFile }));
  command
    .command('drop')
    .description('Marks a record as handled without replaying it.')
    .argument('<id>', 'id of the record as shown by list, such as orders-3-42')
    .action((id) => perform({ verb: 'drop', target: target(), id }));
  return command;
}
