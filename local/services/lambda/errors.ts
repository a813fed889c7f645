import { failureText } from '../../../tooling/failure-text.ts';
import { structured } from '../../../tooling/log-entry.ts';

/** The HTTP status of each error of Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
const STATUS = {
  AccessDeniedException: 403,
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  ResourceNotFoundException: 404,
  RequestTooLargeException: 413,
  TooManyRequestsException: 429,
  ServiceException: 500,
} as const;

/** Of https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors: those that happen here. */
export type ThrottleReason = 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';

/** A call that Lambda refused: the function did not run. `code` is the API's error type. */
export class LambdaError extends Error {
  override name = 'LambdaError';
  readonly code: keyof typeof STATUS;
  /** Why a call was throttled. */
  readonly reason: ThrottleReason | undefined;

  constructor(code: keyof typeof STATUS, message: string, reason?: ThrottleReason) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** The error of a call that would need more concurrency than there is: message and reasons as recorded from AWS. */
export function throttled(reason: ThrottleReason): LambdaError {
  return new LambdaError('TooManyRequestsException', 'Rate Exceeded.', reason);
}

/** Lambda's limit for the event of a synchronous invocation: 6 MiB. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Lambda's limit for a response: 6 MiB and 100 bytes, as recorded from AWS. */
export const MAX_RESPONSE_BYTES = MAX_PAYLOAD_BYTES + 100;

/** Checks the event of an invocation. @throws LambdaError when it is too large or not JSON */
export function checkPayload(payload: string): void {
  checkPayloadSize(payload);
  try {
    JSON.parse(payload);
  } catch {
    throw new LambdaError('InvalidRequestContentException', 'Could not parse request body into json');
  }
}

/** Checks an event that is known to be JSON. @throws LambdaError when it is too large */
export function checkPayloadSize(payload: string): void {
  if (Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES) return;
  throw new LambdaError(
    'RequestTooLargeException',
    `Request must be smaller than ${MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation`,
  );
}

/** Lambda's limit for the event of an asynchronous invocation: 1 MiB. */
const MAX_ASYNC_PAYLOAD_BYTES = 1024 * 1024;

/** Checks the event of an asynchronous invocation. @throws LambdaError when it is too large or not JSON */
export function checkAsyncPayload(payload: string): void {
  checkPayload(payload);
  const bytes = Buffer.byteLength(payload);
  if (bytes <= MAX_ASYNC_PAYLOAD_BYTES) return;
  throw new LambdaError(
    'RequestTooLargeException',
    `${bytes} byte payload is too large for the Event invocation type (limit ${MAX_ASYNC_PAYLOAD_BYTES} bytes)`,
  );
}

/** What a failed function says in its payload, in one line with its place in the sources; else the whole payload. */
export function errorTextOf(payload: string): string {
  return failureText(structured(payload)) ?? payload;
}

/** What a failed function says in its payload: its `errorMessage`, or else the whole payload. */
export function errorMessageOf(payload: string): string {
  try {
    const { errorMessage } = JSON.parse(payload) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : payload;
  } catch {
    return payload;
  }
}
