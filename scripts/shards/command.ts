import type { Command } from '../../functions/move-users/input.ts';
import { newTargetCommand, type Target } from '../target.ts';

export type Verb = Command['do'];

/** What each command does, as `--help` says it. */
const VERBS: Readonly<Record<Verb, string>> = {
  start: 'Begins to move users to the next map, which the deployment has to carry (context nextShards).',
  status: 'Shows how far the move is, when it is expected to end, and what stands still.',
  pause: 'Begins no more users until `resume`. Everybody is served where they are.',
  resume: 'Goes on moving users after `pause`.',
  abort: 'Moves everybody back who has moved.',
  finish: 'Ends a move that has nobody left. What to deploy next is printed.',
  check: 'Looks for users with two owners or none, and for orders at the wrong place; exit code 1 when there are some.',
};

/** The command line of `npm run shards`. @param perform does what is asked */
export function shardsCommand(perform: (verb: Verb, target: Target) => Promise<void>) {
  const { command, target } = newTargetCommand(
    'npm run shards --',
    'Splits shards and moves users between them while orders come in (docs/operations.md, "Split a shard").',
  );
  for (const [verb, description] of Object.entries(VERBS) as [Verb, string][]) {
    command
      .command(verb)
      .description(description)
      .action(() => perform(verb, target()));
  }
  return command;
}
