import { randomInt } from 'node:crypto';
import { parseFlags } from '../../tooling/command-line.ts';
import { UsageError } from '../../tooling/errors.ts';

/** What goes down in an outage. */
export type Outage = 'kafka' | 's3' | 'both';

/** What the command line asks for. */
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
  /** Leave the data folder behind. */
  readonly keep: boolean;
}

const OUTAGES: readonly Outage[] = ['kafka', 's3', 'both'];

const OPTIONS = {
  orders: { type: 'string', default: '2000' },
  clients: { type: 'string', default: '8' },
  kills: { type: 'string', default: '3' },
  seed: { type: 'string' },
  drain: { type: 'string', default: '300' },
  outage: { type: 'string' },
  seconds: { type: 'string', default: '60' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export const HELP = `Usage: npm run chaos [-- options]

Shows that every accepted order takes effect exactly once, whatever fails. Starts a system of its own on free ports and
an empty folder, lets clients place orders with idempotency keys and retries, and meanwhile kills (kill -9) Kafka, each
Postgres, the S3 server, execution environments of functions and the runner itself. Then it waits until nothing is under
way and compares every order with the shards, the bucket and the topics. Ends with 1 when an order is lost or doubled.

  --orders <n>     at least so many orders, and more until all kills are done (${OPTIONS.orders.default})
  --clients <n>    clients that place orders side by side (${OPTIONS.clients.default})
  --kills <n>      kills of each kind of process (${OPTIONS.kills.default})
  --seed <n>       repeats the plan of an earlier run: which order, which kill, when (random)
  --drain <n>      seconds until everything must have been delivered (${OPTIONS.drain.default})
  --outage <what>  kafka, s3 or both: kills nothing, holds these down and shows how long creating takes meanwhile
  --seconds <n>    length of the outage (${OPTIONS.seconds.default})
  --keep           keeps the data folder and says where it is
  --help           shows this text
`;

/**
 * Reads the command line.
 *
 * @returns undefined when only the help is asked for
 * @throws UsageError naming the option that is unknown or wrong
 */
export function parseChaosCommand(args: readonly string[]): Settings | undefined {
  const { values } = parseFlags({ args: [...args], options: OPTIONS });
  if (values.help) return undefined;
  const outage = OUTAGES.find((name) => name === values.outage);
  if (values.outage !== undefined && outage === undefined) {
    throw new UsageError(`--outage must be one of ${OUTAGES.join(', ')}; got "${values.outage}".`);
  }
  return {
    orders: wholeNumber('orders', values.orders, 1),
    clients: wholeNumber('clients', values.clients, 1),
    kills: wholeNumber('kills', values.kills, 0),
    seed: values.seed === undefined ? randomInt(2 ** 32) : wholeNumber('seed', values.seed, 0),
    drainSeconds: wholeNumber('drain', values.drain, 1),
    ...(outage && { outage }),
    outageSeconds: wholeNumber('seconds', values.seconds, 1),
    keep: values.keep,
  };
}

function wholeNumber(flag: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number < 2 ** 32) return number;
  throw new UsageError(`--${flag} must be a whole number, ${least} or more; got "${text}".`);
}
