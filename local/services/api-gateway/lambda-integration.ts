import type { RequestIds } from '../../../tooling/log-entry.ts';
import { errorTextOf, type Invoke, type InvokeResult } from '../lambda/service.ts';
import { faults, GatewayFault } from './gateway-fault.ts';

interface InvocationOptions {
  /** The ARN of the method or authorizer that invokes the function. */
  readonly sourceArn: string;
  readonly traceId: string;
  readonly caller: RequestIds;
  readonly timeoutMs: number;
}

class InvocationTimeout extends Error {
  override name = 'InvocationTimeout';
}

/**
 * Invokes the function behind a route and returns its result as JSON.
 *
 * @throws GatewayFault 413, 500, 502 or 504
 */
export async function invokeIntegration(
  invoke: Invoke,
  functionArn: string,
  event: string,
  options: InvocationOptions,
): Promise<string> {
  const result = await invokeWithTimeout(invoke, functionArn, event, options).catch((error: unknown) => {
    if (error instanceof InvocationTimeout) throw new GatewayFault(faults.integrationTimeout, error.message);
    const { code, message } = error as { code?: string; message?: string };
    if (code === 'RequestTooLargeException') throw new GatewayFault(faults.requestTooLarge);
    // As the execution log of API Gateway says it.
    const denied = code === 'AccessDeniedException' ? 'Invalid permissions on Lambda function: ' : '';
    throw new GatewayFault(faults.functionRefused, `${denied}the function was not invoked: ${code ?? ''} ${message}`);
  });
  if (result.functionError) throw new GatewayFault(faults.functionFailed, errorTextOf(result.payload));
  return result.payload;
}

/** Invokes a function and waits for a limited time. Throws when that is over, or Lambda's own error. */
export async function invokeWithTimeout(
  invoke: Invoke,
  functionArn: string,
  event: string,
  { sourceArn, timeoutMs, ...request }: InvocationOptions,
): Promise<InvokeResult> {
  const waiting = new AbortController();
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new InvocationTimeout(`${functionArn} did not respond in ${timeoutMs} ms`));
    // A running function goes on; a call that still waits for an execution environment is never started.
    waiting.abort(new Error('the caller stopped waiting'));
  }, timeoutMs);
  try {
    const source = { service: 'apigateway.amazonaws.com', arn: sourceArn };
    const options = { source, ...request, signal: waiting.signal };
    return await Promise.race([invoke(functionArn, event, options), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
