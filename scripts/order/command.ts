import { Option } from '@commander-js/extra-typings';
import { setting } from '../../tooling/command-line.ts';
import { newTargetCommand, type Target } from '../target.ts';

export interface OrderCommand {
  readonly id: string;
  readonly target: Target;
  /** Base URL of an API, which is asked instead of the local run's parts. */
  readonly url: string | undefined;
  readonly token: string | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The command line of `npm run order`. @param perform does what is asked */
export function orderCommand(perform: (asked: OrderCommand) => Promise<void>) {
  const { command, target } = newTargetCommand(
    'npm run order --',
    'Shows the way of one order: where it is stored, its receipt, its event, its confirmation, what is outstanding and who sees to it, and what functions logged about it. ' +
      'Of the local run it looks at every part; of a deployment it asks the API (--url), and reads the logs with --stage.',
  );
  return command
    .argument('<id>', 'the id of the order')
    .addOption(
      new Option('--url <base>', 'ask this API instead, such as https://id.execute-api.region.amazonaws.com/dev'),
    )
    .addOption(setting('--token <jwt>', 'the bearer token to send, for a deployment with auth=jwt'))
    .action((id, { url, token }) => {
      if (!UUID.test(id)) command.error('error: the id of an order is a UUID.');
      if ('stage' in target() && url === undefined)
        command.error('error: --stage requires --url, the stack output ApiUrl.');
      return perform({ id: id.toLowerCase(), target: target(), url: url?.replace(/\/+$/, ''), token });
    });
}
