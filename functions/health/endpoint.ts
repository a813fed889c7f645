import type { APIGatewayProxyResult } from 'aws-lambda';
import type { HealthBody } from '../contract/http/responses.ts';
import { checkParts, type Part } from '../domain/health.ts';
import { observeParts, type PartHistory } from '../domain/part-history.ts';
import type { Log } from '../domain/ports.ts';
import type { ShardRange } from '../domain/shard-map.ts';
import { toChecksBody } from '../http/health-body.ts';
import { jsonResponse, RETRY_AFTER } from '../http/response.ts';

/** Monitors look for this name. */
const SERVICE = 'orderflow-producer';

export interface HealthDependencies {
  readonly parts: readonly Part[];
  readonly shards: readonly ShardRange[];
  readonly history: PartHistory;
  readonly log: Log;
}

/** `GET /health`: 200 when all parts respond, otherwise 503 naming those that do not. Notes what has changed. */
export function healthEndpoint({ parts, shards, history, log }: HealthDependencies) {
  return async (): Promise<APIGatewayProxyResult> => {
    const found = await checkParts(parts, log);
    await observeParts(found, shards, history, log);
    const body = toResponse(found);
    return body.status === 'healthy' ? jsonResponse(200, body) : jsonResponse(503, body, RETRY_AFTER);
  };
}

function toResponse(parts: ReadonlyMap<string, boolean>): HealthBody {
  const checks = toChecksBody(parts);
  const down = [...parts].filter(([, up]) => !up).map(([name]) => name);
  if (down.length === 0) return { status: 'healthy', service: SERVICE, checks };
  const error = `These parts are not responding: ${down.join(', ')}.`;
  return { status: 'unhealthy', service: SERVICE, checks, error };
}
