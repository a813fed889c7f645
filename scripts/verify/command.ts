import { parseFlags } from '../../tooling/command-line.ts';
import { UsageError } from '../../tooling/errors.ts';

export const HELP = `Usage: npm run verify -- --url <base> [options]

Checks a running deployment against the API's contract, over HTTP alone: the local run, LocalStack or a stage in the cloud.
It places a few orders, says which, and removes nothing: the API has no way to. Others may use the deployment meanwhile.

  --url <base>        where the API answers, such as http://localhost:8080 or the stack output ApiUrl
  --token <jwt>       or ORDERFLOW_TOKEN: works as the bearer of this token, for a deployment with auth=jwt
  --user <user_id>    the user id that the token stands for; found out when not given
  --operator          the token's bearer may read everyone's orders, and is expected to
  --patience <s>      how long an order may take to be confirmed (90)
  -h, --help          shows this text

The exit code is 0 when every check passed, 1 when one did not or the deployment does not answer, and 2 when the command is
not understood or lacks a token.
`;

/** What to verify. */
export interface Settings {
  /** Where the API answers, without a trailing slash. */
  readonly url: string;
  readonly token?: string | undefined;
  /** The user id that the token stands for. */
  readonly user?: string | undefined;
  /** Whether the bearer may read everyone's orders. */
  readonly operator: boolean;
  /** How long an order may take to be confirmed. */
  readonly patienceMs: number;
}

const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Reads the command line and the environment.
 *
 * @param args the arguments after the script's name
 * @returns undefined when only the help is asked for
 * @throws UsageError
 */
export function parseVerifyCommand(args: readonly string[], env: NodeJS.ProcessEnv): Settings | undefined {
  const flags = parseFlags({
    args: [...args],
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      user: { type: 'string' },
      operator: { type: 'boolean' },
      patience: { type: 'string', default: '90' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
  if (flags.help) return undefined;
  const token = (flags.token ?? env.ORDERFLOW_TOKEN)?.trim();
  // The message leaves the text out: a token is a secret, even a broken one.
  if (token !== undefined && !TOKEN.test(token)) throw new UsageError('The token is none: it must be visible ASCII.');
  for (const name of ['user', 'operator'] as const) {
    if (flags[name] !== undefined && token === undefined) throw new UsageError(`--${name} goes with --token.`);
  }
  return {
    url: baseOf(flags.url),
    token,
    user: flags.user,
    operator: flags.operator ?? false,
    patienceMs: secondsOf(flags.patience) * 1_000,
  };
}

function baseOf(text: string | undefined): string {
  if (text === undefined) throw new UsageError('Say what to verify: --url <base>.');
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--url must be an http or https address; got "${text}".`);
  }
  if (url.search !== '' || url.hash !== '') throw new UsageError('--url must end with its path, without ? and #.');
  return url.href.replace(/\/+$/, '');
}

function secondsOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`--patience must be a whole number of seconds, at least 1; got "${text}".`);
}
