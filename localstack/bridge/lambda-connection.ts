import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { qualifiedFunctionName, REGION } from '../../local/aws-identity.ts';
import type { Invoke } from '../../local/services/lambda/function-definition.ts';
import { CREDENTIALS } from '../clients.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** A function runs for 15 minutes at most. */
const INVOKE_TIMEOUT_MS = 16 * 60_000;

export interface LambdaConnection {
  /** Rejects when the function did not run, or nobody can say how it ended: LocalStack is away, the function missing, throttled ... */
  readonly invoke: Invoke;
  /** Ends what is under way, too. */
  close(): void;
}

/** A connection to the Lambda service of LocalStack. */
export function connectLambda(localStackUrl: string): LambdaConnection {
  const client = new LambdaClient({
    endpoint: localStackUrl,
    region: REGION,
    credentials: CREDENTIALS,
    // Who invokes tries again by himself, and has to know of each attempt.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS },
  });

  const invoke: Invoke = async (nameOrArn, payload) => {
    const [FunctionName, Qualifier] = qualifiedFunctionName(nameOrArn).split(':');
    const command = new InvokeCommand({ FunctionName, Qualifier, Payload: payload });
    const answer = await client.send(command, { abortSignal: AbortSignal.timeout(INVOKE_TIMEOUT_MS) }).catch(rethrow);
    const { ExecutedVersion, FunctionError, Payload, $metadata } = answer;
    // Whoever answered has run no function, and records must not pass for processed.
    if (ExecutedVersion === undefined) throw new Error('the answer is none of Lambda');
    return {
      requestId: $metadata.requestId ?? '',
      executedVersion: ExecutedVersion,
      payload: Payload?.transformToString() ?? '',
      ...(FunctionError === undefined ? {} : { functionError: 'Unhandled' }),
    };
  };
  return { invoke, close: () => client.destroy() };
}

/** Some errors of connections say what they are by their code alone. */
function rethrow(error: Error & { code?: string }): never {
  throw new Error([error.code ?? error.name, error.message].filter(Boolean).join(': '), { cause: error });
}
