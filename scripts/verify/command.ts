import { parseFlags } from '../../tooling/command-line.ts';
import { UsageError } from '../../tooling/errors.ts';

export const HELP = `Usage: npm run verify -- --url <base> [options]

Runs the contract tests of the HTTP API against a deployment: the local run, LocalStack or a stage in the cloud. Others may
use the deployment at the same time. The tests place about twenty orders and list their ids at the end. The orders stay
there, because the API cannot delete them. Responses may have more fields than the contract names.

  --url <base>        base URL of the API, such as http://localhost:8080 or the stack output ApiUrl
  --token <jwt>       or ORDERFLOW_TOKEN: the bearer token to send, for a deployment with auth=jwt
  --user <user_id>    the user id that the token stands for; found out by trial when not given
  --operator          required with an operator's token: expects it to read everyone's orders
  --patience <s>      how many seconds an order may take to be confirmed (90)
  -h, --help          shows this text

The exit code is 0 when every test passed, 1 when one failed or the deployment does not respond, and 2 when the command line
is wrong or does not fit the deployment: a token is missing, or --operator is.
`;

/** What to verify. */
export interface Settings {
  /** Base URL of the API, without a trailing slash. */
  readonly url: string;
  readonly token?: string | undefined;
  /** The user id that the token stands for. */
  readonly user?: string | undefined;
  /** Whether the token's bearer may read everyone's orders. */
  readonly operator: boolean;
  /** How long an order may take to be confirmed. */
  readonly patienceSeconds: number;
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
  if (token !== undefined && !TOKEN.test(token))
    throw new UsageError('The token must consist of visible ASCII characters.');
  for (const name of ['user', 'operator'] as const) {
    if (flags[name] !== undefined && token === undefined) throw new UsageError(`--${name} requires --token.`);
  }
  return {
    url: baseOf(flags.url),
    token,
    user: flags.user,
    operator: flags.operator ?? false,
    patienceSeconds: secondsOf(flags.patience),
  };
}

function baseOf(text: string | undefined): string {
  if (text === undefined) throw new UsageError('--url <base> is required.');
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
