/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
export type LambdaErrorCode =
  | 'InvalidRequestContentException'
  | 'RequestTooLargeException'
  | 'ResourceNotFoundException'
  | 'ServiceException'
  | 'TooManyRequestsException';

/** A call that Lambda refused: the function did not run. `code` is the API's error type. */
export class LambdaError extends Error {
  override name = 'LambdaError';
  readonly code: LambdaErrorCode;

  constructor(code: LambdaErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
