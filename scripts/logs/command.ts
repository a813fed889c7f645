import { duration } from '../../tooling/command-line.ts';
import { newTargetCommand, type Target } from '../target.ts';

/** Which entries of the log to show. */
export interface LogsCommand {
  readonly target: Target;
  /** Names of functions, or of other sources such as `kafka`; all when empty. */
  readonly sources: readonly string[];
  /** In milliseconds before now. */
  readonly sinceMs: number | undefined;
  /** What belongs to this order. */
  readonly order: string | undefined;
  readonly errors: boolean;
  /** Whether to go on as entries come in. */
  readonly follow: boolean;
  /** Whether to print the lines as they are. */
  readonly json: boolean;
}

/** The command line of `npm run logs`. @param perform does what is asked */
export function logsCommand(perform: (asked: LogsCommand) => Promise<void>) {
  const { command, target } = newTargetCommand(
    'npm run logs --',
    "Shows what functions have logged: from the local run's log, or with --stage from CloudWatch Logs.",
  );
  return command
    .argument(
      '[function...]',
      'functions such as create-order, or other sources of the log such as api; all if omitted',
    )
    .option('-f, --follow', 'go on as more is logged, until Ctrl-C')
    .option('--since <time>', 'only what is newer than this, such as 30s, 10m, 2h or 1d', duration)
    .option('--order <id>', 'only the requests that had to do with this order')
    .option('--errors', 'only errors')
    .option('--json', 'print the lines as they are')
    .action((sources, { follow = false, since, order, errors = false, json = false }) =>
      perform({ target: target(), sources, sinceMs: since, order, errors, follow, json }),
    );
}
