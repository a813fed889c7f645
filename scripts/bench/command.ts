import { randomInt } from 'node:crypto';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { newCommand, nonEmpty, wholeNumber } from '../../tooling/command-line.ts';
import type { Sizes } from './context.ts';
import { PARTS, type PartName } from './parts/index.ts';

export interface BenchSettings extends Sizes {
  readonly only: readonly PartName[];
  readonly seed: number;
  /** Whether to print JSON instead of tables. */
  readonly json: boolean;
  /** A file with the JSON of an earlier run. */
  readonly compare: string | undefined;
}

const NAMES = Object.keys(PARTS) as PartName[];

/** The command line of `npm run bench`. @param perform does what is asked */
export function benchCommand(perform: (settings: BenchSettings) => Promise<void>) {
  return newCommand(
    'npm run bench --',
    'Measures how fast the local run is and what an operation costs, on systems of its own on free ports and in empty folders. ' +
      'docs/performance.md tells how to read the figures. Nothing else should be at work on the machine.',
    'a part failed, or failure',
  )
    .addOption(
      new Option('--only <name>', `measure this part alone; may be repeated (${NAMES.join(', ')})`).argParser(
        (text, previous: readonly PartName[] | undefined) => [...(previous ?? []), partName(text)],
      ),
    )
    .addOption(number('--seconds <n>', 'the length of each measurement').default(8))
    .addOption(number('--rounds <n>', 'how often what is compared takes turns; the table has the median').default(5))
    .addOption(
      new Option('--clients <numbers>', 'how many clients ask at a time, one case each')
        .argParser((text) => text.split(',').map(wholeNumber(1)))
        .default([1, 8, 32], '1,8,32'),
    )
    .addOption(number('--saves <n>', 'how often a source is saved, to be reloaded').default(20))
    .addOption(number('--events <n>', 'how many events pile up, to be consumed').default(200_000))
    .addOption(number('--orders <n>', 'how many orders each shard has, to be read').default(1_000_000))
    .addOption(number('--rows <n>', 'how many rows of the outbox an outage leaves').default(100_000))
    .addOption(number('--idle-seconds <n>', 'how long the idle system is watched').default(60))
    .addOption(new Option('--seed <n>', 'repeat the requests of an earlier run').argParser(wholeNumber(0)))
    .option('--json', 'print JSON instead of tables')
    .addOption(new Option('--compare <file>', 'the JSON of an earlier run, to compare with').argParser(nonEmpty))
    .addHelpText('after', `\nParts:\n${NAMES.map((name) => `  ${name.padEnd(12)} ${PARTS[name].measures}`).join('\n')}`)
    .action(({ only = NAMES, seed = randomInt(2 ** 32), json = false, compare, ...sizes }) =>
      perform({ ...sizes, only, seed, json, compare }),
    );
}

function number<const Flags extends string>(flags: Flags, description: string) {
  return new Option(flags, description).argParser(wholeNumber(1));
}

function partName(text: string): PartName {
  const name = NAMES.find((one) => one === text);
  if (name !== undefined) return name;
  throw new InvalidArgumentError(`It must be one of ${NAMES.join(', ')}.`);
}
