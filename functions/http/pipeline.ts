import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { OrderFlowError, ShardUnavailableError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import { describeFailure } from './errors.ts';
import { jsonResponse } from './response.ts';

/** A log that marks its lines with the request being served. */
export interface RequestLog extends Log {
  startRequest(requestId: string): void;
}

/**
 * Serves one route of the REST API (Lambda proxy integration): marks the log with the request's id and turns every
 * failure into an answer, so that API Gateway never has to make one up.
 *
 * @param respond answers the request, or throws
 */
export function httpHandler(
  log: RequestLog,
  respond: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
): MiddyfiedHandler<APIGatewayProxyEvent, APIGatewayProxyResult> {
  // No early timeout: every wait below is bounded well inside the function's own.
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>({ timeoutEarlyInMillis: 0 })
    .before(({ context }) => log.startRequest(context.awsRequestId))
    .onError((request) => {
      const { error } = request;
      const { statusCode, body, headers } = describeFailure(error);
      if (statusCode >= 500) {
        const shard = error instanceof ShardUnavailableError ? error.shard : undefined;
        log.error('the request failed', { statusCode, shard, error });
      } else {
        // Not in the words of the answer, which may quote the request: the name of an unknown field, for example.
        const code = error instanceof OrderFlowError ? error.code : undefined;
        log.info('the request was refused', { statusCode, code });
      }
      request.response = jsonResponse(statusCode, body, headers);
    })
    .handler((event) => respond(event));
}
