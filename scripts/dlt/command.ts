import { Option } from '@commander-js/extra-typings';
import type { Stage } from '../../infra/config/stage.ts';
import { dataDirOption, newCommand } from '../../tooling/command-line.ts';

const STAGES = ['dev', 'prod'] as const satisfies readonly Stage['name'][];

/** Where the records are: in a deployed stage, or in the local run that keeps its data in a folder. */
export type Target = { readonly stage: Stage['name'] } | { readonly dataDir: string };

/** What the command line asks for. */
export type DltCommand =
  | { readonly verb: 'list'; readonly target: Target; readonly json: boolean }
  | { readonly verb: 'replay'; readonly target: Target; readonly id: string; readonly valueFile: string | undefined }
  | { readonly verb: 'drop'; readonly target: Target; readonly id: string };

/** The command line of `npm run dlt`. @param perform does what is asked */
export function dltCommand(perform: (asked: DltCommand) => Promise<void>) {
  const command = newCommand(
    'npm run dlt --',
    'Manages the records of the topic orders that could not be processed and went to orders-dlt.',
  )
    .addOption(new Option('--stage <stage>', 'work on the deployed stage, with your AWS credentials').choices(STAGES))
    .addOption(dataDirOption())
    .hook('preAction', (root) => {
      // As a variable, the folder may be set for other commands.
      if (root.opts().stage !== undefined && root.getOptionValueSource('dataDir') === 'cli') {
        root.error('error: --data-dir is for the local run, --stage for AWS.');
      }
    });
  const target = (): Target => {
    const { stage, dataDir } = command.opts();
    return stage === undefined ? { dataDir } : { stage };
  };

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
