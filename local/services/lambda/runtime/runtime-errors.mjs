/** A failure of the runtime itself. `name` is the error type that the caller of the function sees. */
export class RuntimeError extends Error {
  /** @param {string} type such as `Runtime.HandlerNotFound` @param {string} message @param {ErrorOptions} [options] */
  constructor(type, message, options) {
    super(message, options);
    this.name = type;
  }
}

/**
 * The error payload of the Runtime API: `errorType`, `errorMessage`, `trace`.
 *
 * @param {unknown} error whatever the handler threw
 */
export function errorPayload(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}
