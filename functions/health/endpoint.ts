import type { APIGatewayProxyResult } from 'aws-lambda';
import type { HealthBody } from '../contract/http/responses.ts';
import type { Log } from '../domain/ports.ts';
import { jsonResponse, RETRY_AFTER } from '../http/response.ts';
import { checkHealth, type Health, type Part } from './check-health.ts';

/** The name that monitors of this API look for. */
const SERVICE = 'orderflow-producer';

/** `GET /health`: 200 when all parts answer, otherwise 503 naming those that do not. */
export function healthEndpoint(parts: readonly Part[], log: Log) {
  return async (): Promise<APIGatewayProxyResult> => {
    const { checks, down } = await checkHealth(parts, log);
    const answer = toAnswer({ checks, down });
    return answer.status === 'healthy' ? jsonResponse(200, answer) : jsonResponse(503, answer, RETRY_AFTER);
  };
}

function toAnswer({ checks, down }: Health): HealthBody {
  if (down.length === 0) return { status: 'healthy', service: SERVICE, checks };
  const error = `These parts do not answer: ${down.join(', ')}.`;
  return { status: 'unhealthy', service: SERVICE, checks, error };
}
