import { randomInt } from 'node:crypto';
import { Option } from '@commander-js/extra-typings';
import { newCommand, wholeNumber } from '../../tooling/command-line.ts';

export type Outage = 'kafka' | 's3' | 'both';

export interface Settings {
  readonly orders: number;
  readonly clients: number;
  /** How often each kind of process is killed. */
  readonly kills: number;
  readonly seed: number;
  readonly drainSeconds: number;
  /** Instead of the kills: hold something down while orders come in. */
  readonly outage?: Outage;
  readonly outageSeconds: number;
  /** Instead of the kills: move users to other shards and back, and kill the mover. */
  readonly move: boolean;
  /** With `move`: the commit whose functions run beside the present ones. */
  readonly beside?: string;
  /** Stored before the move, beside those that clients place. */
  readonly storedOrders: number;
  readonly users: number;
  readonly keep: boolean;
}

const OUTAGES = ['kafka', 's3', 'both'] as const satisfies readonly Outage[];

/** The command line of `npm run chaos`. @param perform does what is asked */
export function chaosCommand(perform: (settings: Settings) => Promise<void>) {
  return newCommand(
    'npm run chaos --',
    'Shows that every accepted order takes effect exactly once, whatever fails. Starts a system of its own on free ports and an empty folder. ' +
      'Clients place orders with idempotency keys and retries, while Kafka, each Postgres, function processes and the runner itself, which is also S3, are killed (kill -9). ' +
      'Once nothing is in flight, every order is compared with the shards, the bucket and the topics.',
    'an order is lost or doubled, or failure',
  )
    .addOption(number('--orders <n>', 'place at least this many, and more until all kills are done', 1).default(2_000))
    .addOption(number('--clients <n>', 'clients that place orders in parallel', 1).default(8))
    .addOption(number('--kills <n>', 'kills of each kind of process', 0).default(3))
    .addOption(number('--seed <n>', 'repeat the plan of an earlier run: which order, which kill, when', 0))
    .addOption(number('--drain <seconds>', 'time in which everything must be delivered', 1).default(300))
    .addOption(
      new Option('--outage <what>', 'kill nothing; hold this down and show how long creating an order takes').choices(
        OUTAGES,
      ),
    )
    .addOption(number('--seconds <n>', 'length of the outage', 1).default(60))
    .option('--move', 'kill only the mover, at least once; move users to other shards and back while orders come in')
    .addOption(number('--stored <n>', 'with --move: orders that are stored before', 1).default(5_000))
    .addOption(
      number('--users <n>', 'with --move: users of these orders, and of those that are placed', 1).default(100),
    )
    .addOption(
      new Option(
        '--beside <commit>',
        'with --move: half of all events go to functions built from this commit until the move has ended, as in a deployment that is half done',
      ).implies({ move: true }),
    )
    .option('--keep', 'keep the data folder and print its path')
    .action(
      async ({
        seed = randomInt(2 ** 32),
        drain,
        outage,
        seconds,
        stored,
        move = false,
        beside,
        keep = false,
        ...counts
      }) => {
        const times = { drainSeconds: drain, outageSeconds: seconds };
        await perform({
          ...counts,
          ...times,
          storedOrders: stored,
          move,
          seed,
          keep,
          ...(outage && { outage }),
          ...(beside && { beside }),
        });
      },
    );
}

function number<const Flags extends string>(flags: Flags, description: string, least: number) {
  return new Option(flags, description).argParser(wholeNumber(least));
}
