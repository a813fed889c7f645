import type { ApiCall, AwsApi } from './api-call.ts';
import { AwsError } from './aws-error.ts';
import { type ApiNames, type Operation, parametersOf, unknownOperation } from './operation.ts';
import { type ApiResponse, restJson } from './protocols.ts';
import { percentDecoded, queryParameters } from './request.ts';

type Result = ApiResponse | Promise<ApiResponse>;

export interface RestOperation extends Operation<Result> {
  readonly method: string;
  /** `/2015-03-31/functions/{FunctionName}`: names in braces are parameters. A slash at its end does not matter. */
  readonly path: string;
  /** The parameters that are headers, by the header's name in lower case. Those of the path and the query keep their name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the body is JSON that holds parameters. */
  readonly jsonBody?: boolean;
}

export interface RestApiOptions extends ApiNames {
  readonly signingName: string;
  readonly operations: Readonly<Record<string, RestOperation>>;
}

/** Headers that belong to the signature or the client, and are no parameters. */
const PROTOCOL_HEADERS = new Set(['x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token', 'x-amz-user-agent']);

/** An API whose calls name their operation by method and path, and have their parameters in path, query and headers. */
export function restJsonApi({ signingName, operations, ...names }: RestApiOptions): AwsApi {
  const routes = Object.entries(operations).map(([name, operation]) => ({
    name,
    operation,
    expression: new RegExp(`^${operation.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`),
  }));
  return {
    signingName,
    protocol: restJson,
    operations: parametersOf(operations),
    handle: (call) => {
      for (const { name, operation, expression } of routes) {
        const path = expression.exec(call.url.pathname);
        if (!path || operation.method !== call.method) continue;
        return operation.run(inputOf(call, path.groups ?? {}, operation), call, { ...names, operation: name });
      }
      throw unknownOperation(names.name, `${call.method} ${call.url.pathname}`, operations);
    },
  };
}

function inputOf(
  call: ApiCall,
  path: Record<string, string>,
  { headers = {}, jsonBody = false }: RestOperation,
): Record<string, unknown> {
  const labels = Object.entries(path).map(([name, encoded]) => [name, percentDecoded(encoded)]);
  const headerParameters = Object.entries(call.headers)
    .filter(([name]) => name.startsWith('x-amz-') && !PROTOCOL_HEADERS.has(name))
    .map(([name, value]) => [headers[name] ?? name, value]);
  // Not the signature of a presigned URL.
  const query = queryParameters(call.url.href).filter(([name]) => !name.startsWith('X-Amz-'));
  const body = jsonBody && call.body.length > 0 ? jsonObject(call.body) : [];
  return Object.fromEntries([...query, ...headerParameters, ...body, ...labels]);
}

function jsonObject(body: Buffer): [name: string, value: unknown][] {
  try {
    return Object.entries(JSON.parse(body.toString('utf8')));
  } catch {
    throw new AwsError('SerializationException', 'The body is not a JSON object.');
  }
}
