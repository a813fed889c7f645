import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJsonBody } from '../../functions/http/input.ts';
import { jsonResponse } from '../../functions/http/response.ts';
import { properties } from '../testing/inspect.ts';
import { synthesize } from '../testing/templates.ts';
import { CORS_PREFLIGHT } from './gateway-errors.ts';

// The gateway and the functions answer the same pages; neither may know more than the other.
describe('gateway and functions', () => {
  it('expose the same headers to any origin', () => {
    const { headers = {} } = jsonResponse(200, {});
    expect(String(headers['Access-Control-Expose-Headers']).split(/, */)).toEqual(CORS_PREFLIGHT.exposeHeaders);
    expect(headers['Access-Control-Allow-Origin']).toBe(CORS_PREFLIGHT.allowOrigins.join());
  });

  it('name the same limit of a request body', () => {
    const tooLarge = properties(synthesize().Orders, 'AWS::ApiGateway::GatewayResponse').find(
      ({ ResponseType }) => ResponseType === 'REQUEST_TOO_LARGE',
    );
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
