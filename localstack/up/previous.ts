import { UserError } from '../../tooling/errors.ts';
import { isAlive, type Running } from '../running.ts';
import { PASSWORD_VARIABLES } from '../settings.ts';

/**
 * Makes sure that what is up already, or was left by a run that was killed, is not in the way of what is to be started.
 *
 * @throws UserError that says what to do first
 */
export function refuseOther(previous: Running | undefined, next: Pick<Running, 'mode' | 'passwords'>): void {
  if (previous === undefined) return;
  if (previous.mode === 'processes') {
    if (next.mode === 'processes' || previous.runner === undefined || !isAlive(previous.runner)) return;
    throw new UserError(
      `What \`up --no-docker\` started is up (process ${previous.runner.pid}). End it first, by Ctrl-C or \`npm run localstack -- destroy\`.`,
    );
  }
  if (next.mode === 'processes') {
    throw new UserError('The containers of `up` are there. Remove them first: `npm run localstack -- destroy`.');
  }
  if (next.passwords.master !== previous.passwords.master) {
    throw new UserError(
      `${PASSWORD_VARIABLES.master.name} has changed, and the databases were made with the old one. Put that back, or start anew: \`npm run localstack -- destroy\`.`,
    );
  }
}
