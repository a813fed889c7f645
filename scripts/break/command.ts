import { dataDirOption, duration, newCommand } from '../../tooling/command-line.ts';

export interface BreakCommand {
  readonly dataDir: string;
  /** `kafka`, `s3`, or a shard such as `shard1`. */
  readonly parts: readonly [string, ...string[]];
  /** Undefined for until Ctrl-C. */
  readonly forMs: number | undefined;
}

/** The command line of `npm run break`. @param perform does what is asked */
export function breakCommand(perform: (asked: BreakCommand) => Promise<void>) {
  return newCommand(
    'npm run break --',
    'Makes parts of the local run hang, as a server does whose machine is out of reach, to see what happens to orders. Ctrl-C lets them go on.',
  )
    .argument('<part>', 'kafka, s3, or a shard such as shard1')
    .argument('[more...]', 'further parts')
    .option('--for <time>', 'end by itself after this time, such as 60s', duration)
    .addOption(dataDirOption())
    .action((part, more, { for: forMs, dataDir }) => perform({ dataDir, parts: [part, ...more], forMs }));
}
