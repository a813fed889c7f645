import { randomInt } from 'node:crypto';
import { Option } from '@commander-js/extra-typings';
import { newCommand, wholeNumber } from '../../tooling/command-line.ts';

export type Outage = 'kafka' | 's3' | 'both';

export interface Settings {
  readonly orders: number;
  readonly clients: number;
  /** How often each kind of process is killed, and how often it is stopped for a while. */
  readonly kills: number;
  readonly stalls: number;
  /** The only kind that is struck. */
  readonly only?: string;
  readonly seed: number;
  readonly drainSeconds: number;
  /** Instead of kills and stalls: hold something down while orders come in. */
  readonly outage?: Outage;
  readonly outageSeconds: number;
  /** Meanwhile, move users to other shards and back. */
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
      'Clients place orders with idempotency keys and retries, while Kafka, each Postgres, functions at work and the runner itself, which is also S3 and API Gateway, are killed (kill -9), or stopped for 0.2 to 8 s (SIGSTOP). ' +
      'Once nothing is in flight, every order is compared with the shards, the bucket and the topics.',
    'an order is lost or doubled, or failure',
  )
    .addOption(
      number('--orders <n>', 'place at least this many, and more until all is done that is planned', 1).default(2_000),
    )
    .addOption(number('--clients <n>', 'clients that place orders in parallel', 1).default(8))
    .addOption(number('--kills <n>', 'kills of each kind of process', 0).default(3))
    .addOption(number('--stalls <n>', 'stops of each kind of process', 0).default(0))
    .option('--only <kind>', 'strike only this: kafka, a database such as orders_shard1, function, runner or mover')
    .addOption(number('--seed <n>', 'repeat the plan of an earlier run: which order, what is struck, how, when', 0))
    .addOption(number('--drain <seconds>', 'time in which everything must be delivered', 1).default(300))
    .addOption(
      new Option('--outage <what>', 'kill nothing; hold this down and show how long creating an order takes').choices(
        OUTAGES,
      ),
    )
    .addOption(number('--seconds <n>', 'length of the outage', 1).default(60))
    .option(
      '--move',
      'move users to a shard of their own and back meanwhile, read lists all the time, and strike the mover too; ends once everybody is back, and nothing is left to strike',
    )
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
        only,
        beside,
        move = false,
        keep = false,
        ...counts
      }) => {
        const times = { drainSeconds: drain, outageSeconds: seconds };
        const chosen = { ...(outage && { outage }), ...(only && { only }), ...(beside && { beside }) };
        await perform({ ...counts, ...times, ...chosen, storedOrders: stored, move, seed, keep });
      },
    );
}

function number<const Flags extends string>(flags: Flags, description: string, least: number) {
  return new Option(flags, description).argParser(wholeNumber(least));
}
