import type * as z from 'zod';
import type { ResponseHeader, RouteResponse } from '../contract/http/routes.ts';
import { type Schema, schemaOf } from './schemas.ts';

/** https://spec.openapis.org/oas/v3.1.1.html#header-object */
interface Header {
  readonly description: string;
  readonly schema: Schema;
}

/** https://spec.openapis.org/oas/v3.1.1.html#response-object */
export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<'application/json', { readonly schema: Schema }>>;
}

const text: Schema = { type: 'string' };

const HEADERS: Readonly<Record<ResponseHeader, Header>> = {
  Location: { description: 'Where it leads.', schema: { type: 'string', format: 'uri-reference' } },
  'Retry-After': {
    description: 'How many seconds to wait before trying again.',
    schema: { type: 'integer', minimum: 0 },
  },
  'Idempotent-Replayed': {
    description: '`true` when an earlier request with the same key placed the order.',
    schema: text,
  },
  'WWW-Authenticate': { description: '`Bearer`', schema: text },
  'Cache-Control': { description: '`no-store`', schema: text },
};

/** The responses of a route, by status code, in OpenAPI terms. */
export function openApiResponses(responses: Readonly<Record<string, RouteResponse>>): Record<string, OpenApiResponse> {
  return Object.fromEntries(Object.entries(responses).map(([status, response]) => [status, openApiResponse(response)]));
}

/** A JSON body in OpenAPI terms: one schema, or one of several. */
export function jsonContent(body: z.ZodType | readonly z.ZodType[]): Record<'application/json', { schema: Schema }> {
  const schema = 'safeParse' in body ? schemaOf(body) : { anyOf: body.map((each) => schemaOf(each)) };
  return { 'application/json': { schema } };
}

function openApiResponse({ description, body, headers = [] }: RouteResponse): OpenApiResponse {
  return {
    description,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers.map((name) => [name, HEADERS[name]])) }),
    ...(body === undefined ? {} : { content: jsonContent(body) }),
  };
}
