import { parseContext } from '../../local/settings.ts';
import { parseFlags } from '../../tooling/command-line.ts';
import { UsageError } from '../../tooling/errors.ts';

export const HELP = `Usage: npm run permissions [-- options]

Shows, for each function and each role, every action that it may take on which resource, what is denied to it, and every
network peer that it may connect to, as the CDK app's templates say it; needs no AWS account.

  --stage <dev|prod>         the stage to show (dev); the same as -c stage=<dev|prod>. Examples stand in for what
                             prod demands and is not given, such as the issuer; no right depends on them
  -c, --context key=value    CDK context of the templates, as for npm start; may be repeated
  --json                     prints JSON
  -h, --help                 shows this text

Resources go by short names: topic/orders, shard1/orderuser, ReceiptsBucket/receipts/*, cluster. "may also" is what lies
outside the templates and cannot be read there. A peer takes a connection when its security group lets it in as well.

The exit code is 0 when it worked, 1 when it did not, and 2 when the command is not understood.
`;

/** What to show. */
export interface PermissionsCommand {
  /** Of the templates, as it is given. */
  readonly context: Readonly<Record<string, string>>;
  readonly json: boolean;
}

/**
 * Reads the command line.
 *
 * @param args the arguments after the script's name
 * @returns undefined when only the help is asked for
 * @throws UserError
 */
export function parsePermissionsCommand(args: readonly string[]): PermissionsCommand | undefined {
  const { values: flags } = parseFlags({
    args: [...args],
    options: {
      stage: { type: 'string' },
      context: { type: 'string', short: 'c', multiple: true },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (flags.help) return undefined;
  const context = parseContext(flags.context ?? []);
  const { stage } = flags;
  if (stage !== undefined && context.stage !== undefined && stage !== context.stage) {
    throw new UsageError('--stage and -c stage= name two stages.');
  }
  return { context: { ...context, ...(stage !== undefined && { stage }) }, json: flags.json ?? false };
}
