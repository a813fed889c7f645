/** Of a mistake in our own code, which is no answer of the part. */
const MISTAKES = [TypeError, ReferenceError, RangeError, SyntaxError];
/** In the words of Node, of Postgres's client, and of Kafka's. */
const NO_RESPONSE =
  /^(ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH)|^(TimeoutError|AbortError)$|not connected|timeout|timed out|terminated/i;

/**
 * Says of a part that could not be asked whether it does not respond, or has refused.
 *
 * @throws the error, if it is a mistake of our own
 */
export function silenceText(part: string, error: Error & { readonly code?: unknown }): string {
  if (MISTAKES.some((Mistake) => error instanceof Mistake)) throw error;
  const cause = error.cause instanceof Error ? error.cause : error;
  const isSilent = [error.code, error.name, cause.name, error.message].some((word) =>
    NO_RESPONSE.test(String(word ?? '')),
  );
  // Several addresses that have each refused make an error without words.
  const [reason = ''] = (error.message || String(error.code ?? error.name)).split(/\.?(?:\n|$)/);
  return isSilent ? `${part} does not respond: ${reason}.` : `${part} could not be asked: ${reason}.`;
}
