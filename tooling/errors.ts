/**
 * A failure that the person at the terminal can mend: shown as its sentence, without a stack.
 * The message names the cause and the remedy.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** The command line turns out to be wrong or incomplete while the command is at work: a sentence that says what. */
export class UsageError extends UserError {
  override name = 'UsageError';
}
