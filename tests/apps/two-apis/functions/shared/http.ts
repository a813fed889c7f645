import type { APIGatewayProxyResult } from 'aws-lambda';

export const reply = (statusCode: number, body?: unknown): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' },
  body: body === undefined ? '' : JSON.stringify(body),
});

/** The JSON object in the body of a request, or undefined if there is none. */
export function jsonObject(body: string | null): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
