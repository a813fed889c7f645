import { parseArgs } from 'node:util';
import { UserError } from '../../local/user-error.ts';

export const HELP = `Usage: npm run permissions [-- options]

Shows, for each function and each role, every action that it may take on which resource, what is denied to it, and every
network peer that it may connect to, as the CDK app's templates say it; needs no AWS account.

  --stage <dev|prod>         the stage to show (dev); the same as -c stage=<dev|prod>
  -c, --context key=value    CDK context of the templates, as for npm start; may be repeated
  --json                     prints JSON
  -h, --help                 shows this text

Resources go by short names: topic/orders, shard1/orderuser, ReceiptsBucket/receipts/*, cluster. "may also" is what lies
outside the templates and cannot be read there. A peer takes a connection when its security group lets it in as well.

The exit code is 0 when it worked, 1 when it did not, and 2 when the command is not understood.
`;

/** What the command line asks for. */
export type PermissionsCommand =
  | { readonly verb: 'help' }
  | { readonly verb: 'show'; readonly context: Readonly<Record<string, string>>; readonly json: boolean };

/** The command line makes no sense. */
export class UsageError extends UserError {
  override name = 'UsageError';

  constructor(problem: string) {
    super(`${problem} \`npm run permissions -- --help\` shows what there is.`);
  }
}

/**
 * Reads the command line.
 *
 * @param args the arguments after the script's name
 * @throws UsageError
 */
export function parsePermissionsCommand(args: readonly string[]): PermissionsCommand {
  const flags = parseFlags(args);
  if (flags.help) return { verb: 'help' };
  const context = Object.fromEntries((flags.context ?? []).map(parseContext));
  const { stage } = flags;
  if (stage !== undefined && context.stage !== undefined && stage !== context.stage) {
    throw new UsageError('--stage and -c stage= name two stages.');
  }
  return { verb: 'show', context: { ...context, ...(stage !== undefined && { stage }) }, json: flags.json ?? false };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        stage: { type: 'string' },
        context: { type: 'string', short: 'c', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`);
  }
}

function parseContext(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--context takes key=value; got "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
