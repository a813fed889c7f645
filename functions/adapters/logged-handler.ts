import type { Context } from 'aws-lambda';
import type { StructuredLog } from './structured-log.ts';

/**
 * A function that is neither a route nor a consumer. A failure is its caller's; its causes are logged here, since Lambda's own line
 * about it has none: https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/logging/formatter.ts
 */
export function loggedHandler<Event, Result>(
  log: Pick<StructuredLog, 'startRequest' | 'error'>,
  handle: (event: Event) => Promise<Result>,
): (event: Event, context: Pick<Context, 'awsRequestId'>) => Promise<Result> {
  return async (event, { awsRequestId }) => {
    log.startRequest(awsRequestId);
    try {
      return await handle(event);
    } catch (error) {
      if (error instanceof Error && error.cause !== undefined) log.error('the invocation failed', { error });
      throw error;
    }
  };
}
