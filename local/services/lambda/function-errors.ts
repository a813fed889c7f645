/** Lambda's limit for a response: 6 MiB and 100 bytes, as recorded from AWS. */
export const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;

const errorPayload = (errorType: string, errorMessage: string) => JSON.stringify({ errorType, errorMessage });

/** Payload for a function that ran longer than its timeout (form recorded from AWS). */
export function timedOutPayload(requestId: string, timeoutSeconds: number): string {
  const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return errorPayload('Sandbox.Timedout', `RequestId: ${requestId} Error: ${message}`);
}

/** How a process came to its end: a code, or the signal that ended it. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Payload for a process that ended before it answered (form recorded from AWS). */
export function exitedPayload(requestId: string, { code, signal }: ProcessExit): string {
  const reason = signal
    ? `with error: signal: ${signal === 'SIGKILL' ? 'killed' : signal}`
    : code === 0
      ? 'without providing a reason'
      : `with error: exit status ${code}`;
  return errorPayload('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited ${reason}`);
}

/** Payload for a result over {@link MAX_RESPONSE_BYTES}. */
export function responseTooLargePayload(): string {
  return errorPayload(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  );
}
