import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { UserError } from '../../tooling/errors.ts';
import { type LeftOut, leftOutOfType } from '../assembly/left-out.ts';

/** Longer than the functions themselves may take. */
const INVOKE_TIMEOUT_MS = 6 * 60_000;

/**
 * Invokes the functions that a deployment elsewhere invokes through custom resources, such as the one that migrates the shards.
 *
 * @throws UserError with what a function says, when it fails
 */
export async function invokeTriggers(client: LambdaClient, leftOut: readonly LeftOut[]): Promise<void> {
  for (const { properties } of leftOutOfType(leftOut, 'Custom::Trigger')) {
    const FunctionName = String(properties.HandlerArn);
    const abortSignal = AbortSignal.timeout(INVOKE_TIMEOUT_MS);
    const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName }), { abortSignal });
    if (FunctionError === undefined) continue;
    const reason = messageOf(Payload?.transformToString() ?? '');
    throw new UserError(
      `${FunctionName} failed: ${reason}\n\`npm run localstack -- logs\` has the details. Mend it and deploy again.`,
    );
  }
}

/** Of what Lambda answers when a function has failed. */
function messageOf(payload: string): string {
  try {
    return String((JSON.parse(payload) as { errorMessage: unknown }).errorMessage);
  } catch {
    return payload; // no JSON
  }
}
