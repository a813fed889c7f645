import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { REGION } from '../../local/aws-identity.ts';
import type { Invoke } from '../../local/services/lambda/function-definition.ts';
import { qualifiedFunctionName } from '../../local/services/lambda/function-name.ts';
import { CREDENTIALS } from '../clients.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** A function runs for 15 minutes at most. */
const INVOKE_TIMEOUT_MS = 16 * 60_000;

export interface LambdaConnection {
  /** Rejects when the function did not run, or how it ended is unknown: LocalStack is away, the function missing or throttled. */
  readonly invoke: Invoke;
  close(): void;
}

/** A connection to the Lambda service of LocalStack. */
export function connectLambda(localStackUrl: string): LambdaConnection {
  const client = new LambdaClient({
    endpoint: localStackUrl,
    region: REGION,
    credentials: CREDENTIALS,
    // The poller retries itself and has to know of each attempt.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS },
  });

  const invoke: Invoke = async (nameOrArn, payload) => {
    const [FunctionName, Qualifier] = qualifiedFunctionName(nameOrArn).split(':');
    const command = new InvokeCommand({ FunctionName, Qualifier, Payload: payload });
    const answer = await client.send(command, { abortSignal: AbortSignal.timeout(INVOKE_TIMEOUT_MS) }).catch(rethrow);
    const { ExecutedVersion, FunctionError, Payload, $metadata } = answer;
    // Something else responded. No function has run, and records must not count as processed.
    if (ExecutedVersion === undefined) throw new Error('the response is not from Lambda');
    return {
      requestId: $metadata.requestId ?? '',
      executedVersion: ExecutedVersion,
      payload: Payload?.transformToString() ?? '',
      ...(FunctionError === undefined ? {} : { functionError: 'Unhandled' }),
    };
  };
  return { invoke, close: () => client.destroy() };
}

/** Some connection errors have a code and no message. */
function rethrow(error: Error & { code?: string }): never {
  throw new Error([error.code ?? error.name, error.message].filter(Boolean).join(': '), { cause: error });
}
