import type { APIGatewayProxyResult } from 'aws-lambda';
import { jsonResponse } from '../http/response.ts';
import { describeApi } from './describe-api.ts';

/** `GET /api/openapi.json`: 200 with the OpenAPI document. */
export function describeApiEndpoint() {
  const document = describeApi();
  return async (): Promise<APIGatewayProxyResult> => jsonResponse(200, document);
}
