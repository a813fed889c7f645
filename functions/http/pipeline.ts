import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { OrderFlowError, ShardUnavailableError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import { describeFailure } from './errors.ts';
import { jsonResponse } from './response.ts';

export interface RequestLog extends Log {
  startRequest(requestId: string): void;
}

/** Serves a route of the REST API. Turns every failure into a response, so that API Gateway never makes one up. */
export function httpHandler(
  log: RequestLog,
  respond: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
): MiddyfiedHandler<APIGatewayProxyEvent, APIGatewayProxyResult> {
  // No early timeout: every wait is well within the function's timeout.
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>({ timeoutEarlyInMillis: 0 })
    .before(({ context }) => log.startRequest(context.awsRequestId))
    .onError((request) => {
      const { error } = request;
      const { statusCode, body, headers } = describeFailure(error);
      if (statusCode >= 500) {
        const shard = error instanceof ShardUnavailableError ? error.shard : undefined;
        log.error('the request failed', { statusCode, shard, error });
      } else {
        // Not the message, which may quote the request, such as the name of an unknown field.
        const code = error instanceof OrderFlowError ? error.code : undefined;
        log.info('the request was refused', { statusCode, code });
      }
      request.response = jsonResponse(statusCode, body, headers);
    })
    .handler((event) => respond(event));
}
