import { InvalidArgumentError } from '@commander-js/extra-typings';
import { USER_ID_RULE } from '../../functions/contract/http/order-fields.ts';
import { ORDER_LIMITS } from '../../functions/domain/order.ts';
import { pathOf } from '../../tooling/paths.ts';
import { newTargetCommand, type Target } from '../target.ts';

/** What the command line asks for. */
export type UserCommand =
  | { readonly verb: 'export'; readonly target: Target; readonly userId: string; readonly folder: string }
  | { readonly verb: 'erase'; readonly target: Target; readonly userId: string; readonly yes: boolean };

const USER = 'the id, as the user places orders with it: upper and lower case are different users';

/** The command line of `npm run user`. @param perform does what is asked */
export function userCommand(perform: (asked: UserCommand) => Promise<void>) {
  const { command, target } = newTargetCommand(
    'npm run user --',
    'Gives out what is stored of a user, or erases it (docs/operations.md, "A user asks for their data, or to be forgotten").',
  );
  command
    .command('export')
    .description("Writes a user's orders and receipts into a new folder.")
    .argument('<user_id>', USER, userIdOf)
    .option('--to <folder>', 'the folder (default: one with the name of the user, where you are)')
    .action((userId, { to = userId }) => perform({ verb: 'export', target: target(), userId, folder: pathOf(to) }));
  command
    .command('erase')
    .description(
      "Erases a user's orders and receipts for good, and says what goes later by itself. It takes more than a minute, and may be repeated. First see to it that the user cannot sign in: orders that are placed meanwhile are new ones.",
    )
    .argument('<user_id>', USER, userIdOf)
    .option('--yes', 'do not ask for the user id once more')
    .action((userId, { yes = false }) => perform({ verb: 'erase', target: target(), userId, yes }));
  return command;
}

function userIdOf(text: string): string {
  if (ORDER_LIMITS.userId.test(text)) return text;
  throw new InvalidArgumentError(`It ${USER_ID_RULE}.`);
}
