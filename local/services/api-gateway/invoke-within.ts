import type { Invoke, InvokeResult } from '../lambda/function-definition.ts';

/** The function did not answer in time. */
export class InvocationTimeout extends Error {
  override name = 'InvocationTimeout';
}

/**
 * Invokes a function and waits for a limited time.
 *
 * @throws InvocationTimeout, or what Lambda refuses the call with
 */
export async function invokeWithin(
  invoke: Invoke,
  functionArn: string,
  event: string,
  options: { readonly traceId: string; readonly timeoutMs: number },
): Promise<InvokeResult> {
  const waiting = new AbortController();
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new InvocationTimeout(`${functionArn} did not answer in ${options.timeoutMs} ms`));
    // The function, if it runs, goes on; a call that still waits for an environment is not started any more.
    waiting.abort(new Error('the caller stopped waiting'));
  }, options.timeoutMs);
  try {
    const invocation = invoke(functionArn, event, { traceId: options.traceId, signal: waiting.signal });
    return await Promise.race([invocation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
