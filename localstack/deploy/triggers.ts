import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { UserError } from '../../local/user-error.ts';
import { type LeftOut, leftOutOfType } from '../assembly/left-out.ts';

/** Longer than the functions themselves may take. */
const INVOKE_TIMEOUT_MS = 6 * 60_000;

/**
 * Invokes the functions that a deployment elsewhere invokes through custom resources, such as the one that migrates the shards.
 *
 * @returns their names
 * @throws UserError with what a function says, when it fails
 */
export async function invokeTriggers(client: LambdaClient, leftOut: readonly LeftOut[]): Promise<string[]> {
  const names = leftOutOfType(leftOut, 'Custom::Trigger').map(({ properties }) => String(properties.HandlerArn));
  for (const FunctionName of names) {
    const abortSignal = AbortSignal.timeout(INVOKE_TIMEOUT_MS);
    const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName }), { abortSignal });
    if (FunctionError === undefined) continue;
    throw new UserError(`${FunctionName} failed: ${Payload?.transformToString()}`);
  }
  return names;
}
