import type { Invoke } from '../lambda/function-definition.ts';
import { faults, GatewayFault } from './gateway-fault.ts';
import { InvocationTimeout, invokeWithin } from './invoke-within.ts';

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
  const result = await invokeWithin(invoke, functionArn, event, options).catch((error: unknown) => {
    if (error instanceof InvocationTimeout) throw new GatewayFault(faults.integrationTimeout, error.message);
    const { code, message } = error as { code?: string; message?: string };
    if (code === 'RequestTooLargeException') throw new GatewayFault(faults.requestTooLarge);
    throw new GatewayFault(faults.functionRefused, `the function was not invoked: ${code ?? ''} ${message}`);
  });
  if (result.functionError) throw new GatewayFault(faults.functionFailed, `the function failed: ${result.payload}`);
  return result.payload;
}
