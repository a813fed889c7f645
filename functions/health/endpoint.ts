import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Log } from '../domain/ports.ts';
import { jsonResponse, RETRY_AFTER } from '../http/response.ts';
import { checkHealth, type Part } from './check-health.ts';

/** The name that monitors of this API look for. */
const SERVICE = 'orderflow-producer';

/** `GET /health`: 200 when all parts answer, otherwise 503 naming those that do not. */
export function healthEndpoint(parts: readonly Part[], log: Log) {
  return async (): Promise<APIGatewayProxyResult> => {
    const { checks, down } = await checkHealth(parts, log);
    if (down.length === 0) return jsonResponse(200, { status: 'healthy', service: SERVICE, checks });
    const error = `These parts do not answer: ${down.join(', ')}.`;
    return jsonResponse(503, { status: 'unhealthy', service: SERVICE, checks, error }, RETRY_AFTER);
  };
}
