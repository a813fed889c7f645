import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod';
import { BODY_LIMIT_BYTES } from '../contract/http/limits.ts';
import { orderPath } from '../contract/http/requests.ts';
import { type InputProblem, InvalidInputError, OrderNotFoundError } from '../domain/errors.ts';
import { parseJson } from '../domain/json.ts';
import { BodyTooLargeError, UnsupportedMediaTypeError } from './errors.ts';

/** A body may have thousands of unknown fields. */
const PROBLEMS_TOLD = 20;
const JSON_MEDIA_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** @throws UnsupportedMediaTypeError, BodyTooLargeError, InvalidInputError */
export function readJsonBody<T>(event: APIGatewayProxyEvent, schema: z.ZodType<T>): T {
  if (!JSON_MEDIA_TYPE.test(readHeader(event, 'content-type') ?? '')) throw new UnsupportedMediaTypeError();
  if (!/^(identity)?$/i.test(readHeader(event, 'content-encoding')?.trim() ?? '')) {
    throw new UnsupportedMediaTypeError('The body must be sent as it is, without a "Content-Encoding".');
  }
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.length > BODY_LIMIT_BYTES) throw new BodyTooLargeError();
  if (body.length === 0) throw new InvalidInputError('The request has no body; a JSON object is expected.');
  return validate(schema, jsonOf(body));
}

/** Ignores parameters that the schema does not know, as clients may add their own. @throws InvalidInputError */
export function readQuery<T>(event: APIGatewayProxyEvent, schema: z.ZodType<T>): T {
  return validate(schema, event.queryStringParameters ?? {});
}

/** @throws OrderNotFoundError also when the path holds no UUID: there is no such order either */
export function readOrderId(event: APIGatewayProxyEvent): string {
  const { success, data } = orderPath.safeParse(event.pathParameters);
  if (!success) throw new OrderNotFoundError();
  return data.id;
}

/** @param name in lower case; clients use any case */
export function readHeader(event: APIGatewayProxyEvent, name: string): string | undefined {
  return Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

function jsonOf(body: Buffer): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new InvalidInputError('The body is not valid JSON.', [], { cause });
  }
}

function validate<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap(toProblems).slice(0, PROBLEMS_TOLD);
  const sentence = problems.map(({ path, message }) => `${path || 'The body'} ${message}`).join('; ');
  throw new InvalidInputError(`${sentence}.`, problems);
}

function toProblems(issue: z.core.$ZodIssue): InputProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a known field' }));
  }
  return [{ path: path.join('.'), message: issue.message }];
}
