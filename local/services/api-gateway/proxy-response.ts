import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import type { HttpResponse } from '../../http/http-response.ts';
import { faults, GatewayFault } from './gateway-fault.ts';
import { isBinary, type RestApiDefinition } from './rest-api-definition.ts';

const headerText = z.union([z.string(), z.boolean()]).transform(String);

/** What API Gateway accepts from a function; anything else is malformed (recorded from AWS). */
const proxyResponse = z.strictObject({
  statusCode: z
    .union([z.int(), z.string().regex(/^\d{3}$/)])
    .transform(Number)
    .pipe(z.int().min(200).max(599))
    .optional(),
  headers: z.record(z.string(), headerText).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerText)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

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
 * @throws GatewayFault (502) when the result is not a proxy response
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
  const { statusCode = 200, body, isBase64Encoded } = parsed.data;
  const decoded = isBase64Encoded && isBinary(api, accept);
  return {
    statusCode,
    headers: mergeHeaders(parsed.data.multiValueHeaders ?? {}, parsed.data.headers ?? {}),
    body: Buffer.from(body ?? '', decoded ? 'base64' : 'utf8'),
  };
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw new GatewayFault(faults.functionFailed, 'malformed proxy response: not JSON');
  }
}

/** Values of `multiValueHeaders` come first and decide the casing of a name. */
function mergeHeaders(multi: Record<string, string[]>, single: Record<string, string>): Map<string, string[]> {
  const merged = new Map<string, { name: string; values: string[] }>();
  const add = (name: string, values: string[]) => {
    const key = name.toLowerCase();
    if (key === 'transfer-encoding') return;
    const known = merged.get(key);
    if (known) known.values.push(...values);
    else merged.set(key, { name: REMAPPED_HEADERS.has(key) ? `x-amzn-Remapped-${name}` : name, values: [...values] });
  };
  for (const [name, values] of Object.entries(multi)) add(name, values);
  for (const [name, value] of Object.entries(single)) add(name, [value]);
  if (!merged.has('content-type')) merged.set('content-type', { name: 'Content-Type', values: ['application/json'] });

  const headers = new Map([...merged.values()].map(({ name, values }) => [name, values]));
  refuseUnsendable(headers);
  return headers;
}

function refuseUnsendable(headers: Map<string, string[]>): void {
  try {
    for (const [name, values] of headers) {
      validateHeaderName(name);
      for (const value of values) validateHeaderValue(name, value);
    }
  } catch (error) {
    throw new GatewayFault(faults.functionFailed, `malformed proxy response: ${(error as Error).message}`);
  }
}
