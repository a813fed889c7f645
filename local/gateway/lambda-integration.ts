import type { Invoke, InvokeResult } from '../lambda/function-definition.ts';
import { faults, GatewayFault } from './gateway-fault.ts';

/**
 * Invokes the function behind a route within the integration's time.
 *
 * @returns the function's result as JSON
 * @throws GatewayFault (413, 500, 502 or 504) with the reason for the log
 */
export async function invokeIntegration(
  invoke: Invoke,
  functionArn: string,
  event: string,
  options: { readonly traceId: string; readonly timeoutMs: number },
): Promise<string> {
  const waiting = new AbortController();
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new GatewayFault(faults.integrationTimeout, `${functionArn} did not answer in ${options.timeoutMs} ms`));
    // The function, if it runs, goes on; a call that still waits for an environment is not started any more.
    waiting.abort(new Error('the integration timed out'));
  }, options.timeoutMs);

  try {
    const invocation = invoke(functionArn, event, { traceId: options.traceId, signal: waiting.signal });
    const result: InvokeResult = await Promise.race([invocation, timeout]);
    if (result.functionError) throw new GatewayFault(faults.functionFailed, `the function failed: ${result.payload}`);
    return result.payload;
  } catch (error) {
    if (error instanceof GatewayFault) throw error;
    const { code, message } = error as { code?: string; message?: string };
    if (code === 'RequestTooLargeException') throw new GatewayFault(faults.requestTooLarge);
    throw new GatewayFault(faults.functionRefused, `the function was not invoked: ${code ?? ''} ${message}`);
  } finally {
    clearTimeout(timer);
  }
}
