import { z } from 'zod';
import type { ApiCall } from '../../aws-api/api-call.ts';
import type { ApiResponse } from '../../aws-api/protocols.ts';
import { checkPayload, LambdaError } from './errors.ts';
import type { FunctionDirectory } from './function-configuration.ts';
import type { InvokeOptions } from './function-definition.ts';
import { functionReference, referencedArn } from './function-reference.ts';

/** The parameters of Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const invokeParameters = {
  ...functionReference,
  InvocationType: z.enum(['Event', 'RequestResponse', 'DryRun']).default('RequestResponse'),
  LogType: z.enum(['None', 'Tail']).default('None'),
  /** JSON in base64, for synchronous invocations. */
  ClientContext: z.string().max(3583).optional(),
};

type InvokeParameters = z.output<z.ZodObject<typeof invokeParameters>>;

/**
 * Invokes a function.
 *
 * @throws LambdaError when the function does not run, such as for an unknown one, whatever the invocation type
 */
export async function invokeFunction(
  lambda: Pick<FunctionDirectory, 'invoke' | 'invokeAsync' | 'find'>,
  input: InvokeParameters,
  call: ApiCall,
): Promise<ApiResponse> {
  const arn = referencedArn(input);
  call.requireAccess('lambda:InvokeFunction', arn);
  lambda.find(arn);
  // Without a payload, the function gets an empty object.
  const payload = call.body.length === 0 ? '{}' : call.body.toString('utf8');
  checkPayload(payload);
  const trace = call.headers['x-amzn-trace-id'];
  const options = typeof trace === 'string' ? { traceId: trace } : {};
  switch (input.InvocationType) {
    case 'DryRun':
      return { status: 204 };
    case 'Event':
      return { status: 202, headers: { 'x-amzn-requestid': lambda.invokeAsync(arn, payload, options) } };
    case 'RequestResponse':
      return requestResponse(lambda, arn, payload, {
        ...options,
        ...(input.ClientContext !== undefined && { clientContext: clientContextOf(input.ClientContext) }),
        logTail: input.LogType === 'Tail',
      });
  }
}

async function requestResponse(
  lambda: Pick<FunctionDirectory, 'invoke'>,
  arn: string,
  payload: string,
  options: InvokeOptions,
): Promise<ApiResponse> {
  const result = await lambda.invoke(arn, payload, options);
  return {
    headers: {
      'x-amzn-requestid': result.requestId,
      'x-amz-executed-version': result.executedVersion,
      ...(result.functionError !== undefined && { 'x-amz-function-error': result.functionError }),
      ...(result.logTail !== undefined && { 'x-amz-log-result': result.logTail }),
    },
    body: result.payload,
  };
}

function clientContextOf(encoded: string): object {
  try {
    return z.looseObject({}).parse(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch {
    const message = 'Client context must be a valid Base64-encoded JSON object.';
    throw new LambdaError('InvalidRequestContentException', message);
  }
}
