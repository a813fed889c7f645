import type * as z from 'zod';
import { BODY_LIMIT } from '../domain/http-limits.ts';
import { failure } from '../http/contract/answers.ts';
import { reference, type Schema } from './schemas.ts';

/** A header of an answer. https://spec.openapis.org/oas/v3.1.1.html#header-object */
export interface Header {
  readonly description: string;
  readonly schema: Schema;
}

/** One answer to a request. */
export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<'application/json', { readonly schema: Schema }>>;
}

const text: Schema = { type: 'string' };

const HEADERS = {
  Location: { description: 'Where it leads.', schema: { type: 'string', format: 'uri-reference' } },
  'Retry-After': { description: 'After how many seconds to try again.', schema: { type: 'integer', minimum: 0 } },
  'Idempotent-Replayed': {
    description: '`true` when an earlier request with the same key placed the order.',
    schema: text,
  },
  'WWW-Authenticate': { description: '`Bearer`', schema: text },
  'Cache-Control': { description: '`no-store`', schema: text },
} satisfies Record<string, Header>;

/** An answer with a JSON body, or with none, and the headers that a client should look at. */
export function answer(
  description: string,
  schema: z.ZodType | Schema | undefined,
  ...headers: (keyof typeof HEADERS)[]
): Answer {
  return {
    description,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers.map((name) => [name, HEADERS[name]])) }),
    ...(schema === undefined ? {} : { content: jsonOf(schema) }),
  };
}

/** A JSON body. */
export function jsonOf(schema: z.ZodType | Schema): Record<'application/json', { schema: Schema }> {
  return { 'application/json': { schema: 'safeParse' in schema ? reference(schema as z.ZodType) : schema } };
}

const refusal = (description: string, ...headers: (keyof typeof HEADERS)[]) => answer(description, failure, ...headers);

/** What any route may answer, as the gateway in front of it does. */
export const FROM_ANY_ROUTE: Readonly<Record<string, Answer>> = {
  '429': refusal('There are too many requests at the moment.', 'Retry-After'),
  '500': refusal('Something went wrong on our side.'),
  '503': refusal('A part that the request needs does not answer at the moment.', 'Retry-After'),
  '504': refusal('The service did not answer in time.'),
};

/** What a route may answer besides that tells callers apart. */
export const FROM_ROUTES_WITH_SIGN_IN: Readonly<Record<string, Answer>> = {
  '401': refusal('There is no valid token.', 'WWW-Authenticate'),
  '403': refusal('The token names no user id, or the request is about somebody else.'),
};

export const BAD_INPUT = refusal('Something about the request is wrong; `details` says what.');
export const BODY_TOO_LARGE = refusal(`The body is larger than ${BODY_LIMIT}.`);
export const NOT_JSON = refusal('The body is not declared as `application/json`, or it is compressed.');
export const KEY_REUSED = refusal('The Idempotency-Key belongs to an earlier order with another content.');
export const NO_ORDER = refusal('There is no such order, or it is somebody else’s.');
export const NO_RECEIPT = refusal(
  'There is no such order, or it is somebody else’s; with Retry-After, its receipt is not stored yet.',
  'Retry-After',
);
