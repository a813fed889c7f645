import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { AVERAGE_ORDERS_PER_SECOND } from '../../functions/domain/mover-timing.ts';
import { checkShardMap, MOST_SHARDS, type OwningShard, ShardMapError } from '../../functions/domain/shard-map.ts';
import type { Command } from '../../functions/move-users/input.ts';
import { shardMap } from '../../infra/config/context-values.ts';
import { wholeNumber } from '../../tooling/command-line.ts';
import { newTargetCommand, type Target } from '../target.ts';

/** What is done to a move. */
export type Verb = Exclude<Command['do'], 'plan'>;

/** Which map to plan for: `map`, an even one of `balance` shards, or the next map of the deployment. */
export interface PlanOptions {
  readonly map?: readonly OwningShard[] | undefined;
  readonly balance?: number | undefined;
  /** How many orders move in a second. */
  readonly rate: number;
}

/** What the command line asks for. */
export type ShardsCommand =
  | { readonly verb: Verb; readonly target: Target }
  | { readonly verb: 'plan'; readonly target: Target; readonly options: PlanOptions };

/** What each command does, as `--help` says it. */
const VERBS: Readonly<Record<Verb, string>> = {
  start: 'Begins to move users to the next map, which the deployment has to carry (context nextShards).',
  status: 'Shows how far the move is, when it is expected to end, and what stands still.',
  pause: 'Begins no more users until `resume`. Everybody is served where they are.',
  resume: 'Goes on moving users after `pause`.',
  abort: 'Moves everybody back who has moved.',
  finish: 'Ends a move that has nobody left. What to deploy next is printed.',
  check: 'Looks for users with two owners or none, and for orders at the wrong place; exit code 1 when there are some.',
  repair:
    'Gives each user to one shard again after a restore, with the orders that any shard has of them; exit code 1 when some are left, or not all were looked at.',
};

/** The command line of `npm run shards`. @param perform does what is asked */
export function shardsCommand(perform: (asked: ShardsCommand) => Promise<void>) {
  const { command, target } = newTargetCommand(
    'npm run shards --',
    'Splits shards and moves users between them while orders come in (docs/operations.md, "Split a shard").',
  );
  command
    .command('plan')
    .description(
      'Shows what another map would change: who moves, how long that takes, how large each shard is then, and what to deploy. ' +
        'Changes nothing. Without --map and --balance, it is for the next map of the deployment.',
    )
    .addOption(new Option('--map <json>', 'the next map, as the context nextShards has it').argParser(mapOf))
    .addOption(
      new Option('--balance <n>', 'propose a map of n shards that have about as many orders each')
        .argParser(wholeNumber(1, MOST_SHARDS))
        .conflicts('map'),
    )
    .addOption(
      new Option('--rate <orders>', 'orders that move in a second; `status` shows how many do during a move')
        .argParser(wholeNumber(1))
        .default(AVERAGE_ORDERS_PER_SECOND, `${AVERAGE_ORDERS_PER_SECOND}, as users with many orders move`),
    )
    .action((options) => perform({ verb: 'plan', target: target(), options }));
  for (const [verb, description] of Object.entries(VERBS) as [Verb, string][]) {
    command
      .command(verb)
      .description(description)
      .action(() => perform({ verb, target: target() }));
  }
  return command;
}

function mapOf(text: string): readonly OwningShard[] {
  const { data, error } = shardMap.safeParse(text);
  if (data === undefined) {
    const problems = error.issues.map(
      ({ path, message }) => `${path.length === 0 ? 'It' : `${path.join('.')}:`} ${message}`,
    );
    throw new InvalidArgumentError(`${problems.join('; ')}.`);
  }
  try {
    return checkShardMap(data);
  } catch (error) {
    if (error instanceof ShardMapError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
