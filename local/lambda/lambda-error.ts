export type LambdaErrorCode =
  | 'InvalidRequestContentException'
  | 'RequestTooLargeException'
  | 'ResourceNotFoundException'
  | 'ServiceException'
  | 'TooManyRequestsException';

const statusCodes: Record<LambdaErrorCode, number> = {
  InvalidRequestContentException: 400,
  RequestTooLargeException: 413,
  ResourceNotFoundException: 404,
  ServiceException: 500,
  TooManyRequestsException: 429,
};

/** A call that Lambda refused: the function did not run. `code` is the API's error type. */
export class LambdaError extends Error {
  override name = 'LambdaError';
  readonly code: LambdaErrorCode;
  /** HTTP status of the Invoke API for this error. */
  readonly statusCode: number;

  constructor(code: LambdaErrorCode, message: string) {
    super(message);
    this.code = code;
    this.statusCode = statusCodes[code];
  }
}
