/**
 * A failure that the person at the terminal can mend: shown as its sentence, without a stack.
 * The message names the cause and the remedy.
 */
export class UserError extends Error {
  override name = 'UserError';
}
