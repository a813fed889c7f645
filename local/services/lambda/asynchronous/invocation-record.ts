import type { InvokeResult } from '../function-definition.ts';

/** Why Lambda is done with an asynchronous invocation. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/**
 * What a destination gets of an asynchronous invocation, as recorded from AWS: test_lambda_destinations and
 * test_reserved_concurrency in LocalStack's snapshots.
 *
 * @param functionArn with the version or alias
 * @param count how often the function was invoked with the event
 * @param result the last one; undefined when the function never ran
 */
export function invocationRecord(
  { requestId, functionArn, payload }: { requestId: string; functionArn: string; payload: string },
  condition: Condition,
  count: number,
  result: InvokeResult | undefined,
) {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: count },
    requestPayload: JSON.parse(payload) as unknown,
    ...(result && {
      responseContext: {
        statusCode: 200,
        executedVersion: result.executedVersion,
        ...(result.functionError && { functionError: result.functionError }),
      },
      responsePayload: JSON.parse(result.payload) as unknown,
    }),
  };
}
