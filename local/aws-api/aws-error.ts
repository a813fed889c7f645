/**
 * An error of an AWS API. Its code is either one of the service's own (`ResourceNotFoundException`) or a common one, which
 * each protocol translates into its own (see protocols.ts).
 */
export class AwsError extends Error {
  override name = 'AwsError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** Any failure as an error for the client; a cause that it must not see becomes a generic `InternalFailure`. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError('InternalFailure', 'The local AWS endpoint failed. Its log has the cause.', 500, {
    cause: error,
  });
}
