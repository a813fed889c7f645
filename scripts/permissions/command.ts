import { Option } from '@commander-js/extra-typings';
import { contextOption, newCommand } from '../../tooling/command-line.ts';
import { type Share, shareOf, WHOLE } from './prove/share.ts';

export interface PermissionsCommand {
  readonly context: Readonly<Record<string, string>>;
  readonly json: boolean;
  /** The statements to take away from a running system; undefined to show what the templates say instead. */
  readonly prove?: Share;
}

/** The command line of `npm run permissions`. @param show does what is asked */
export function permissionsCommand(show: (asked: PermissionsCommand) => void | Promise<void>) {
  return newCommand(
    'npm run permissions --',
    'Shows what each function and each role may do on which resource, what it is denied, and which network peers it may connect to. ' +
      'It reads the CDK templates and needs no AWS account.',
  )
    .addOption(
      new Option('--stage <stage>', 'the stage to show, dev if not given; the same as -c stage=<stage>').choices([
        'dev',
        'prod',
      ] as const),
    )
    .addOption(contextOption())
    .option('--json', 'print JSON')
    .addOption(
      new Option(
        '--prove',
        'start a system of its own instead, of stage dev, take each statement of each role away while it runs, and say which step of the system noticed',
      ).conflicts(['stage', 'context', 'json']),
    )
    .addOption(
      new Option('--share <k/n>', 'with --prove: only the k-th of n shares of the statements, such as 2/6').argParser(
        shareOf,
      ),
    )
    .addHelpText(
      'after',
      `
Examples stand in for what prod requires and is not given, such as the issuer. No permission depends on them.
Resources have short names: topic/orders, shard1/orderuser, ReceiptsBucket/receipts/*, cluster.
"may also" lists what is defined outside the templates and cannot be read from them.
A peer accepts a connection only if its own security group allows it as well.`,
    )
    .action(({ stage, context, json = false, prove = false, share }, command) => {
      if (share !== undefined && !prove) command.error("error: option '--share <k/n>' needs option '--prove'.");
      if (stage !== undefined && context.stage !== undefined && stage !== context.stage) {
        command.error('error: --stage and -c stage= name different stages.');
      }
      return show({
        context: { ...context, ...(stage !== undefined && { stage }) },
        json,
        ...(prove && { prove: share ?? WHOLE }),
      });
    });
}
