import { MAX_RESPONSE_BYTES } from './errors.ts';
import type { Outcome } from './platform-log.ts';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A failure that Lambda states in place of the function. Type and message as recorded from AWS. */
export interface PlatformFailure {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** As Go names them, in which Lambda is written: https://cs.opensource.google/go/go/+/master:src/syscall/zerrors_linux_amd64.go */
const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

/** An invocation that ran longer than the function's timeout. */
export function timedOut(requestId: string, timeoutSeconds: number): PlatformFailure {
  return failure('Sandbox.Timedout', requestId, `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
}

/** An invocation whose process ended before it responded. */
export function exited(requestId: string, { code, signal }: ProcessExit): PlatformFailure {
  const reason = signal
    ? `with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`
    : code === 0
      ? 'without providing a reason'
      : `with error: exit status ${code}`;
  return failure('Runtime.ExitError', requestId, `Runtime exited ${reason}`);
}

/** An invocation that needed more memory than the function has. */
export function outOfMemory(requestId: string): PlatformFailure {
  return failure('Runtime.OutOfMemory', requestId, 'Runtime exited with error: signal: killed');
}

/** An invocation whose response exceeds {@link MAX_RESPONSE_BYTES}. */
export function responseTooLarge(): PlatformFailure {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  };
}

/** What the log says of it. */
export function outcomeOf({ errorType }: PlatformFailure): Outcome {
  return errorType === 'Sandbox.Timedout' ? { status: 'timeout' } : { status: 'error', errorType };
}

function failure(errorType: string, requestId: string, message: string): PlatformFailure {
  return { errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` };
}
