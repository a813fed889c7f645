import type { APIGatewayProxyResult } from 'aws-lambda';
import { EXPOSED_HEADERS } from '../contract/http/limits.ts';

/** API Gateway itself responds to preflight requests. */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', '),
};

/** With every 503: what failed is usually back within seconds. */
export const RETRY_AFTER = { 'Retry-After': '5' };

/** A JSON response that any page may read. */
export function jsonResponse(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', ...CORS_HEADERS, ...headers },
    body: JSON.stringify(body),
  };
}

/** With what is good for this one request. */
export const NO_STORE = { 'Cache-Control': 'no-store' };

/** The location is good for this one request. */
export function redirect(location: string): APIGatewayProxyResult {
  return { statusCode: 302, headers: { Location: location, ...NO_STORE, ...CORS_HEADERS }, body: '' };
}
