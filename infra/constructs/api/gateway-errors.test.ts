import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeApi } from '../../../functions/describe-api/describe-api.ts';
import { readJsonBody } from '../../../functions/http/input.ts';
import { jsonResponse, RETRY_AFTER } from '../../../functions/http/response.ts';
import { STAGE_CONTEXTS } from '../../example-contexts.ts';
import { properties } from '../../testing/inspect.ts';
import { templatesOf } from '../../testing/templates.ts';
import { CORS_PREFLIGHT } from './gateway-errors.ts';

const responses = properties(templatesOf(STAGE_CONTEXTS.dev).Orders, 'AWS::ApiGateway::GatewayResponse');

describe('an error of the gateway itself', () => {
  it.each([
    ['DEFAULT_4XX', undefined, '{"error":$context.error.messageString}'],
    ['DEFAULT_5XX', undefined, '{"error":$context.error.messageString}'],
    [
      'MISSING_AUTHENTICATION_TOKEN',
      '404',
      '{"error":"This path does not exist, or it does not support this method."}',
    ],
    [
      'UNAUTHORIZED',
      undefined,
      '{"error":"A valid token is required. Send it as \\"Authorization: Bearer <token>\\"."}',
      { 'WWW-Authenticate': "'Bearer'" },
    ],
    ['ACCESS_DENIED', undefined, '{"error":"This token does not allow the request."}'],
    ['WAF_FILTERED', undefined, '{"error":"The request was blocked by the firewall."}'],
    [
      'AUTHORIZER_FAILURE',
      '503',
      '{"error":"Tokens cannot be verified at the moment. Try again in a few seconds."}',
      { 'Retry-After': "'5'" },
    ],
    [
      'AUTHORIZER_CONFIGURATION_ERROR',
      '503',
      '{"error":"Tokens cannot be verified at the moment. Try again in a few seconds."}',
      { 'Retry-After': "'5'" },
    ],
    ['REQUEST_TOO_LARGE', undefined, '{"error":"The request body is too large. It may have at most 64 KiB."}'],
    [
      'THROTTLED',
      undefined,
      '{"error":"There are too many requests at the moment. Try again in a second."}',
      { 'Retry-After': "'1'" },
    ],
    [
      'INTEGRATION_FAILURE',
      '503',
      '{"error":"The service is temporarily unavailable. Try again in a few seconds."}',
      { 'Retry-After': "'5'" },
    ],
    ['INTEGRATION_TIMEOUT', undefined, '{"error":"The service did not respond in time."}'],
  ])('has our shape, status and headers: %s', (type, status, body, headers: Record<string, string> = {}) => {
    const response = responses.find(({ ResponseType }) => ResponseType === type);
    expect(response.StatusCode).toBe(status);
    expect(response.ResponseTemplates).toEqual({ 'application/json': body });
    expect(JSON.parse(body.replace('$context.error.messageString', '"Forbidden"'))).toEqual({
      error: expect.any(String),
    });
    expect(response.ResponseParameters).toEqual({
      'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
      'gatewayresponse.header.Access-Control-Expose-Headers': "'Location,Retry-After,Idempotent-Replayed'",
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [`gatewayresponse.header.${name}`, value])),
    });
  });

  it('is one of these, and there are no others', () => {
    expect(responses).toHaveLength(12);
  });
});

/** What the gateway responds with by itself, and with 502 for a function that crashes or has no proper response. */
const OWN_STATUS: Readonly<Record<string, string>> = {
  UNAUTHORIZED: '401',
  ACCESS_DENIED: '403',
  WAF_FILTERED: '403',
  REQUEST_TOO_LARGE: '413',
  THROTTLED: '429',
  INTEGRATION_TIMEOUT: '504',
  DEFAULT_5XX: '502',
  DEFAULT_4XX: 'default',
};

describe('the description of the API', () => {
  it('names each error of the gateway on every route that can give it', () => {
    const forTokens = ['UNAUTHORIZED', 'ACCESS_DENIED'];
    for (const [path, methods] of Object.entries(describeApi().paths)) {
      for (const [method, { security, responses: described }] of Object.entries(methods)) {
        const possible = responses.filter(
          ({ ResponseType }) => security.length > 0 || !forTokens.includes(ResponseType),
        );
        const statuses = possible
          // No method of a route gives it.
          .filter(({ ResponseType }) => ResponseType !== 'MISSING_AUTHENTICATION_TOKEN')
          .map(({ ResponseType, StatusCode }) => StatusCode ?? OWN_STATUS[ResponseType]);
        expect(Object.keys(described), `${method} ${path}`).toEqual(expect.arrayContaining(statuses));
      }
    }
  });
});

// The gateway and the functions respond to the same pages; neither may know more than the other.
describe('gateway and functions', () => {
  it('expose the same headers to any origin', () => {
    const { headers = {} } = jsonResponse(200, {});
    expect(String(headers['Access-Control-Expose-Headers']).split(/, */)).toEqual(CORS_PREFLIGHT.exposeHeaders);
    expect(headers['Access-Control-Allow-Origin']).toBe(CORS_PREFLIGHT.allowOrigins.join());
  });

  it('let callers wait for the same time when something is away', () => {
    const away = responses.filter(({ StatusCode }) => StatusCode === '503');
    expect(away).toHaveLength(3);
    for (const { ResponseParameters } of away) {
      expect(ResponseParameters['gatewayresponse.header.Retry-After']).toBe(`'${RETRY_AFTER['Retry-After']}'`);
    }
  });

  it('name the same limit of a request body', () => {
    const tooLarge = responses.find(({ ResponseType }) => ResponseType === 'REQUEST_TOO_LARGE');
    const [limit, kibibytes] = /(\d+) KiB/.exec(tooLarge.ResponseTemplates['application/json']) ?? [];
    const body = ' '.repeat(Number(kibibytes) * 1024 + 1);
    expect(() => readJsonBody(request(body), z.unknown())).toThrow(limit);
    expect(() => readJsonBody(request(body.slice(1)), z.unknown())).not.toThrow(limit);
  });
});

function request(body: string): APIGatewayProxyEvent {
  const event: Partial<APIGatewayProxyEvent> = { headers: { 'Content-Type': 'application/json' }, body };
  return event as APIGatewayProxyEvent;
}
