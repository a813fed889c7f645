import { z } from 'zod';
import type { Log } from '../../../tooling/log.ts';
import type { ApiCall } from '../../aws-api/api-call.ts';
import type { ApiResponse } from '../../aws-api/protocols.ts';
import { checkPayload, LambdaError } from './errors.ts';
import type { FunctionDirectory } from './function-configuration.ts';
import type { InvokeOptions } from './function-definition.ts';
import { functionReference, referencedArn } from './function-reference.ts';

/** Lambda's limit for the event of an asynchronous invocation: 1 MiB. */
const MAX_ASYNC_PAYLOAD_BYTES = 1024 * 1024;

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
 * Invokes a function. An asynchronous invocation that fails is logged and not tried again.
 *
 * @throws LambdaError when the function does not run, such as for an unknown one, whatever the invocation type
 */
export async function invokeFunction(
  lambda: Pick<FunctionDirectory, 'invoke' | 'find'>,
  input: InvokeParameters,
  call: ApiCall,
  log: Log,
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
      checkAsyncPayload(payload);
      lambda.invoke(arn, payload, options).then(
        ({ functionError, payload: detail }) => functionError && log.error('%s failed: %s', arn, detail),
        (error: unknown) => log.error('%s was not invoked: %s', arn, error),
      );
      return { status: 202 };
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

function checkAsyncPayload(payload: string): void {
  const bytes = Buffer.byteLength(payload);
  if (bytes <= MAX_ASYNC_PAYLOAD_BYTES) return;
  throw new LambdaError(
    'RequestTooLargeException',
    `${bytes} byte payload is too large for the Event invocation type (limit ${MAX_ASYNC_PAYLOAD_BYTES} bytes)`,
  );
}

function clientContextOf(encoded: string): object {
  try {
    return z.looseObject({}).parse(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch {
    const message = 'Client context must be a valid Base64-encoded JSON object.';
    throw new LambdaError('InvalidRequestContentException', message);
  }
}
