/** The HTTP status of each error of Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
const STATUS = {
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  ResourceNotFoundException: 404,
  RequestTooLargeException: 413,
  TooManyRequestsException: 429,
  ServiceException: 500,
} as const;

/** A call that Lambda refused: the function did not run. `code` is the API's error type. */
export class LambdaError extends Error {
  override name = 'LambdaError';
  readonly code: keyof typeof STATUS;

  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** Lambda's limit for the event of a synchronous invocation: 6 MiB. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Lambda's limit for a response: 6 MiB and 100 bytes, as recorded from AWS. */
export const MAX_RESPONSE_BYTES = MAX_PAYLOAD_BYTES + 100;

/** Checks the event of an invocation. @throws LambdaError when it is too large or not JSON */
export function checkPayload(payload: string): void {
  if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
    throw new LambdaError(
      'RequestTooLargeException',
      `Request must be smaller than ${MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation`,
    );
  }
  try {
    JSON.parse(payload);
  } catch {
    throw new LambdaError('InvalidRequestContentException', 'Could not parse request body into json');
  }
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
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

// The payloads of failed functions, in the form recorded from AWS.

/** Payload of an invocation that ran longer than the function's timeout. */
export function timedOutPayload(requestId: string, timeoutSeconds: number): string {
  const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return errorPayload('Sandbox.Timedout', `RequestId: ${requestId} Error: ${message}`);
}

/** Payload of an invocation whose process ended before it responded. */
export function exitedPayload(requestId: string, { code, signal }: ProcessExit): string {
  const reason = signal
    ? `with error: signal: ${signal === 'SIGKILL' ? 'killed' : signal}`
    : code === 0
      ? 'without providing a reason'
      : `with error: exit status ${code}`;
  return errorPayload('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited ${reason}`);
}

/** Payload of an invocation whose response exceeds {@link MAX_RESPONSE_BYTES}. */
export function responseTooLargePayload(): string {
  return errorPayload(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  );
}

function errorPayload(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage });
}
