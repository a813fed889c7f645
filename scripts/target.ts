import { Option } from '@commander-js/extra-typings';
import type { Stage } from '../infra/config/stage.ts';
import { type Addresses, readAddresses } from '../local/addresses.ts';
import { dataDirOption, newCommand } from '../tooling/command-line.ts';
import { UserError } from '../tooling/errors.ts';

const STAGES = ['dev', 'prod'] as const satisfies readonly Stage['name'][];

/** What an operator's command works on: a deployed stage, or the local run that keeps its data in a folder. */
export type Target = { readonly stage: Stage['name'] } | { readonly dataDir: string };

/**
 * A command that works on a deployed stage or on a local run.
 *
 * @param name what people type before the options, such as `npm run dlt --`
 * @returns the command, and what tells its target once the command line is read
 */
export function newTargetCommand(name: string, description: string) {
  const command = newCommand(name, description)
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
  return { command, target };
}

/** Where the local run of a data folder is. @throws UserError when none is up */
export function localAddresses(dataDir: string): Addresses {
  const addresses = readAddresses(dataDir);
  if (addresses !== undefined) return addresses;
  throw new UserError(
    `No local run is up in ${dataDir}. Start one with \`npm start\`, or name its folder with --data-dir.`,
  );
}
