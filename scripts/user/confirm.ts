import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { UserError } from '../../tooling/errors.ts';

/**
 * Has a person type something once more before it is gone.
 *
 * @throws UserError when something else is typed, or nobody is there who could
 */
export async function confirmByTyping(
  expected: string,
  question: string,
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean } = process.stdin,
  output: NodeJS.WritableStream = process.stdout,
): Promise<void> {
  if (!input.isTTY) throw new UserError('Nobody can be asked here. Pass --yes if you are sure.');
  const lines = createInterface({ input, output });
  try {
    // Nothing more comes after Ctrl-D.
    const ended = once(lines, 'close').then(() => '');
    const typed = await Promise.race([lines.question(question), ended]);
    if (typed.trim() !== expected) throw new UserError(`That is not "${expected}". Nothing was erased.`);
  } finally {
    lines.close();
  }
}
