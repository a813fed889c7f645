import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { newCommand, setting, wholeNumber } from '../../tooling/command-line.ts';

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

/** The command line of `npm run verify`. @param perform does what is asked */
export function verifyCommand(perform: (settings: Settings) => Promise<void>) {
  const command = newCommand(
    'npm run verify --',
    'Runs the contract tests of the HTTP API against a deployment: the local run, LocalStack or a stage in the cloud. ' +
      'They place about 30 orders and list them at the end. The orders stay there, because the API cannot delete them. ' +
      'Others may use the deployment at the same time, and its responses may have more fields than the contract names.',
    'a test failed, or the deployment does not respond',
  )
    .addOption(
      new Option('--url <base>', 'base URL of the API, such as http://localhost:8080 or the stack output ApiUrl')
        .argParser(baseUrl)
        .makeOptionMandatory(),
    )
    .addOption(setting('--token <jwt>', 'the bearer token to send, for a deployment with auth=jwt'))
    .option(
      '--user <user_id>',
      'the user id in the token; if omitted, trial orders find out which claim the deployment uses',
    )
    .option('--operator', "required with an operator's token: expects it to read everyone's orders")
    .addOption(
      new Option('--patience <seconds>', 'how long an order may take to be confirmed')
        .argParser(wholeNumber(1))
        .default(90),
    )
    .action(async ({ url, token: text, user, operator = false, patience }) => {
      const token = text?.trim();
      // Commander repeats values that it refuses, but a token is a secret, even a broken one.
      if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
        command.error('error: the token must consist of visible ASCII characters.');
      }
      if (user !== undefined && token === undefined) command.error('error: --user requires --token.');
      if (operator && token === undefined) command.error('error: --operator requires --token.');
      await perform({ url, token, user, operator, patienceSeconds: patience });
    });
  return command;
}

function baseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError('It must be an http or https URL.');
  if (url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError('It must not have a query string or fragment.');
  return url.href.replace(/\/+$/, '');
}
