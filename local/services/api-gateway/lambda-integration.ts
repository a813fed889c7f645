import type { RequestIds } from '../../../tooling/log-entry.ts';
import { errorTextOf, type FunctionDefinition, HELD_MS, type Invoke, type InvokeResult } from '../lambda/service.ts';
import { faults, GatewayFault } from './gateway-fault.ts';

interface InvocationOptions {
  /** The ARN of the method or authorizer that invokes the function. */
  readonly sourceArn: string;
  readonly traceId: string;
  readonly caller: RequestIds;
  readonly timeoutMs: number;
}

/** What API Gateway asks of Lambda. */
export interface Functions {
  readonly invoke: Invoke;
  /** By one of its names; undefined when there is no such function. */
  definitionOf(nameOrArn: string): Pick<FunctionDefinition, 'label' | 'codeDir' | 'inspectorPort'> | undefined;
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
  functions: Functions,
  functionArn: string,
  event: string,
  options: InvocationOptions,
): Promise<string> {
  const result = await invokeWithTimeout(functions, functionArn, event, options).catch((error: unknown) => {
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

/**
 * Invokes a function and waits for a limited time, which is {@link HELD_MS} for one that is debugged. Throws when that is over, or Lambda's
 * own error.
 */
export async function invokeWithTimeout(
  { invoke, definitionOf }: Functions,
  functionArn: string,
  event: string,
  { sourceArn, timeoutMs, ...request }: InvocationOptions,
): Promise<InvokeResult> {
  const waiting = new AbortController();
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const limitMs = definitionOf(functionArn)?.inspectorPort === undefined ? timeoutMs : HELD_MS;
  const timer = setTimeout(() => {
    reject(new InvocationTimeout(`${functionArn} did not respond in ${limitMs} ms`));
    // A running function goes on; a call that still waits for an execution environment is never started.
    waiting.abort(new Error('the caller stopped waiting'));
  }, limitMs);
  try {
    const source = { service: 'apigateway.amazonaws.com', arn: sourceArn };
    const options = { source, ...request, signal: waiting.signal };
    return await Promise.race([invoke(functionArn, event, options), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
