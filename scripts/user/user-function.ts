import type { Answers } from '../../functions/user-data/commands.ts';
import type { CommandEvent } from '../../functions/user-data/input.ts';
import { UserError } from '../../tooling/errors.ts';
import { invokeForOperator } from '../operator-function.ts';
import type { Target } from '../target.ts';

const USER_DATA = {
  folder: 'user-data',
  refusals: ['ShardUnavailableError', 'ReceiptsUnavailableError', 'MoveOverError'],
} as const;

/** Asks for a page of a user's data, or for the erasure of one. @throws UserError when that is refused or fails */
export type AskForUserData = <Event extends CommandEvent>(event: Event) => Promise<Answers[Event['do']]>;

/** Asks the function `user-data` of a target. */
export function userDataOf(target: Target): AskForUserData {
  return async <Event extends CommandEvent>(event: Event) =>
    (await invokeForOperator(USER_DATA, event, target)) as Answers[Event['do']];
}

/** One page of an answer after the other. @param ask for the page that begins there; for the first one without */
export async function* pagesOf<Page extends { readonly next: string | undefined }>(
  ask: (after: string | undefined) => Promise<Page>,
): AsyncGenerator<Page> {
  for (let after: string | undefined; ; ) {
    const page = await ask(after);
    yield page;
    after = page.next;
    if (after === undefined) return;
  }
}

/** What is said of a user of whom nothing is stored. */
export function unknownUser(userId: string): string {
  return `Nothing is stored of the user "${userId}". Upper and lower case are different users.`;
}

/** A failure in the middle of something, with what that means. */
export function failedMeanwhile(error: unknown, meaning: string): unknown {
  return error instanceof UserError ? new UserError(`${error.message}\n${meaning}`, { cause: error }) : error;
}
