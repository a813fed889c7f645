import { SignatureError } from '../services/iam/sigv4.ts';

/**
 * A refusal as an AWS API words it. The code is either one that the service's own model names
 * (`ResourceNotFoundException`) or a common one that each protocol names in its own way (see protocols.ts).
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

/** Any failure as something that can be answered; what is not meant for the client becomes a generic `InternalFailure`. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof SignatureError) return new AwsError(error.code, error.message, 403, { cause: error });
  return new AwsError('InternalFailure', 'The local AWS endpoint failed; its log holds the cause.', 500, {
    cause: error,
  });
}
