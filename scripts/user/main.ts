import { setTimeout as wait } from 'node:timers/promises';
import { runCommand } from '../../tooling/command-line.ts';
import { printableText } from '../../tooling/printable.ts';
import { type UserCommand, userCommand } from './command.ts';
import { confirmByTyping } from './confirm.ts';
import { eraseUser } from './erase.ts';
import { exportUser } from './export.ts';
import { remainsOf } from './remains.ts';
import { erasedText } from './report.ts';
import { userDataOf } from './user-function.ts';

const tell = (text: string) => console.log(printableText(text));

await runCommand(userCommand(async (asked) => tell(await carryOut(asked))));

async function carryOut(asked: UserCommand): Promise<string> {
  const { userId, target } = asked;
  const ask = userDataOf(target);
  if (asked.verb === 'export') return exportUser(userId, asked.folder, ask);
  const where = 'stage' in target ? `of the stage ${target.stage}` : `of the local run in ${target.dataDir}`;
  if (!asked.yes) {
    await confirmByTyping(userId, `This erases a user ${where} for good. Type the user id to go on: `);
  }
  const erased = await eraseUser(userId, { ask, wait, tell });
  return erasedText(userId, erased, remainsOf(target), new Date());
}
