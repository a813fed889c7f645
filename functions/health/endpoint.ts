import type { APIGatewayProxyResult } from 'aws-lambda';
import type { HealthBody } from '../contract/http/responses.ts';
import type { Log } from '../domain/ports.ts';
import { jsonResponse, RETRY_AFTER } from '../http/response.ts';
import { checkHealth, type Health, type Part } from './check-health.ts';

/** Monitors look for this name. */
const SERVICE = 'orderflow-producer';

/** `GET /health`: 200 when all parts respond, otherwise 503 naming those that do not. */
export function healthEndpoint(parts: readonly Part[], log: Log) {
  return async (): Promise<APIGatewayProxyResult> => {
    const { checks, down } = await checkHealth(parts, log);
    const body = toResponse({ checks, down });
    return body.status === 'healthy' ? jsonResponse(200, body) : jsonResponse(503, body, RETRY_AFTER);
  };
}

function toResponse({ checks, down }: Health): HealthBody {
  if (down.length === 0) return { status: 'healthy', service: SERVICE, checks };
  const error = `These parts are not responding: ${down.join(', ')}.`;
  return { status: 'unhealthy', service: SERVICE, checks, error };
}
