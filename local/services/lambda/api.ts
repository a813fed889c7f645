import type { Log } from '../../../tooling/log.ts';
import type { ApiCall, AwsApi } from '../../aws-api/api-call.ts';
import { AwsError } from '../../aws-api/aws-error.ts';
import { type ApiResponse, restJson } from '../../aws-api/protocols.ts';
import { percentDecoded } from '../../aws-api/request.ts';
import { arnOf } from '../../aws-identity.ts';
import { checkPayload, LambdaError } from './errors.ts';
import type { Invoke } from './function-definition.ts';
import { qualifiedFunctionName } from './function-name.ts';

/** Lambda's Invoke. An asynchronous invocation that fails is logged and not tried again. */
export function lambdaApi(o: { invoke: Invoke; log: Log }): AwsApi {
  return {
    signingName: 'lambda',
    protocol: restJson,
    handle: (call) =>
      withAwsErrors(async () => {
        const functionArn = invokedArn(call);
        call.requireAccess('lambda:InvokeFunction', functionArn);
        // Without a payload, the function gets an empty object.
        const payload = call.body.length === 0 ? '{}' : call.body.toString('utf8');
        checkPayload(payload);
        switch (call.headers['x-amz-invocation-type'] ?? 'RequestResponse') {
          case 'DryRun':
            return { status: 204 };
          case 'Event':
            o.invoke(functionArn, payload).then(
              ({ functionError, payload: detail }) =>
                functionError && o.log.error('%s failed: %s', functionArn, detail),
              (error: unknown) => o.log.error('%s was not invoked: %s', functionArn, error),
            );
            return { status: 202 };
          case 'RequestResponse':
            return requestResponse(o.invoke, functionArn, payload);
          default:
            throw new AwsError(
              'InvalidParameterValueException',
              'The invocation type is RequestResponse, Event or DryRun.',
            );
        }
      }),
  };
}

async function withAwsErrors(work: () => Promise<ApiResponse>): Promise<ApiResponse> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LambdaError)) throw error;
    throw new AwsError(error.code, error.message, error.status, { cause: error });
  }
}

async function requestResponse(invoke: Invoke, functionArn: string, payload: string): Promise<ApiResponse> {
  const result = await invoke(functionArn, payload);
  return {
    headers: {
      'x-amzn-requestid': result.requestId,
      'x-amz-executed-version': result.executedVersion,
      ...(result.functionError === undefined ? {} : { 'x-amz-function-error': result.functionError }),
    },
    body: result.payload,
  };
}

/** The function that the path and `Qualifier` name: by name, partial ARN or ARN. */
function invokedArn(call: ApiCall): string {
  const [, encoded] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(call.url.pathname) ?? [];
  if (call.method !== 'POST' || encoded === undefined) {
    throw new AwsError(
      'UnknownOperation',
      `The local Lambda API supports only Invoke, not ${call.method} ${call.url.pathname}.`,
    );
  }
  const name = percentDecoded(encoded);
  const arn = name.startsWith('arn:') ? name : arnOf('lambda', `function:${qualifiedFunctionName(name)}`);
  const qualifier = call.url.searchParams.get('Qualifier');
  return qualifier === null ? arn : `${arn}:${qualifier}`;
}
