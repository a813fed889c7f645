import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import type { HttpResponse } from '../../http/http-response.ts';
import { faults, GatewayFault } from './gateway-fault.ts';
import { isBinary, type RestApiDefinition } from './rest-api-definition.ts';

/** API Gateway takes numbers and booleans for text, as recorded from AWS for headers. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const flag = z.union([z.boolean(), z.enum(['true', 'True', 'false', 'False']).transform((word) => /^t/i.test(word))]);

/**
 * What API Gateway accepts from a function; anything else is malformed. A header that is null is not sent.
 *
 * Sources: test_aws_proxy_response_payload_format_validation in LocalStack's snapshots, which were recorded from AWS; and what
 * AWS's own emulator found by trials: https://github.com/aws/aws-sam-cli/issues/1218 (null),
 * https://github.com/aws/aws-sam-cli/issues/221 (numbers), `get_base_64_encoded` in its samcli/local/apigw/local_apigw_service.py
 */
const proxyResponse = z.strictObject({
  statusCode: z
    .union([z.int(), z.string().regex(/^\d{3}$/)])
    .transform(Number)
    .pipe(z.int().min(200).max(599))
    .nullish(),
  headers: z.record(z.string(), text.nullable()).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(text)).nullish(),
  body: text.nullish(),
  isBase64Encoded: flag.nullish(),
  /** Comes before `isBase64Encoded`. */
  base64Encoded: flag.nullish(),
});

/** With or without padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/**
 * Headers that are sent under another name. Only a gateway response can send the real `WWW-Authenticate`:
 * https://github.com/dherault/serverless-offline/issues/236
 */
const REMAPPED_HEADERS = new Set(['connection', 'content-length', 'date', 'server', 'www-authenticate']);

/**
 * Turns a function's result into the response to the client.
 *
 * @param payload the function's result as JSON
 * @param accept the request's `Accept`: base64 is decoded only for a type that the API treats as binary
 * @throws GatewayFault 502 when the result is not a proxy response, 500 when base64 is to be decoded and is none
 */
export function readProxyResponse(
  payload: string,
  accept: string | undefined,
  api: Pick<RestApiDefinition, 'binaryMediaTypes'>,
): HttpResponse {
  const parsed = proxyResponse.safeParse(parseJson(payload));
  if (!parsed.success) {
    throw new GatewayFault(faults.functionFailed, `malformed proxy response: ${z.prettifyError(parsed.error)}`);
  }
  const { statusCode, headers, multiValueHeaders, base64Encoded, isBase64Encoded } = parsed.data;
  const body = parsed.data.body ?? '';
  const decode = (base64Encoded ?? isBase64Encoded) && isBinary(api, accept);
  if (decode && !BASE64.test(body)) throw new GatewayFault(faults.bodyNotBase64, 'the body is not valid base64');
  return {
    statusCode: statusCode ?? 200,
    headers: mergeHeaders(multiValueHeaders ?? {}, headers ?? {}),
    body: Buffer.from(body, decode ? 'base64' : 'utf8'),
  };
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw new GatewayFault(faults.functionFailed, 'malformed proxy response: not JSON');
  }
}

/**
 * Values of `multiValueHeaders` come first and decide the casing of a name; one that is in both maps is sent once. A header
 * without values is not sent.
 */
function mergeHeaders(
  multi: Record<string, string[]>,
  single: Record<string, string | null>,
): Map<string, readonly string[]> {
  const merged = new Map<string, { name: string; values: readonly string[] }>();
  const singles = Object.entries(single).map(([name, value]) => [name, value === null ? [] : [value]] as const);
  for (const [name, values] of [...Object.entries(multi), ...singles]) {
    const key = name.toLowerCase();
    if (key === 'transfer-encoding') continue;
    const known = merged.get(key) ?? { name: REMAPPED_HEADERS.has(key) ? `x-amzn-Remapped-${name}` : name, values: [] };
    const added = values.filter((value) => !known.values.includes(value));
    merged.set(key, { ...known, values: [...known.values, ...added] });
  }
  if (!merged.has('content-type')) merged.set('content-type', { name: 'Content-Type', values: ['application/json'] });

  const sent = [...merged.values()].filter(({ values }) => values.length > 0);
  const headers = new Map(sent.map(({ name, values }) => [name, values]));
  refuseUnsendable(headers);
  return headers;
}

function refuseUnsendable(headers: Map<string, readonly string[]>): void {
  try {
    for (const [name, values] of headers) {
      validateHeaderName(name);
      for (const value of values) validateHeaderValue(name, value);
    }
  } catch (error) {
    throw new GatewayFault(faults.functionFailed, `malformed proxy response: ${(error as Error).message}`);
  }
}
