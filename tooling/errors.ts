/** A failure that the person at the terminal can fix. The message, shown without a stack, names the cause and the remedy. */
export class UserError extends Error {
  override name = 'UserError';
}

/** The command line turns out to be wrong or incomplete while the command is at work: a sentence that says what. */
export class UsageError extends UserError {
  override name = 'UsageError';
}
