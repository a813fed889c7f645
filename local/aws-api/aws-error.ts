/**
 * An error of an AWS API. Its code is either one of the service's own (`ResourceNotFoundException`) or a common one, which
 * each protocol translates into its own (see protocols.ts).
 */
export class AwsError extends Error {
  override name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Further elements of the response, such as the key that does not exist. */
  readonly details: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status = 400, options: AwsErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.status = status;
    this.details = options.details ?? {};
  }
}

export interface AwsErrorOptions extends ErrorOptions {
  readonly details?: Readonly<Record<string, string>>;
}

/** Any failure as an error for the client; a cause that it must not see becomes a generic `InternalFailure`. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError('InternalFailure', 'The local AWS endpoint failed. Its log has the cause.', 500, {
    cause: error,
  });
}
