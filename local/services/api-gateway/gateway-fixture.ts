import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../testing.ts';
import type { Invoke, InvokeResult } from '../lambda/function-definition.ts';
import { startRestApi } from './rest-api.ts';
import type { GatewayResponseDefinition, RestApiDefinition, RouteDefinition } from './rest-api-definition.ts';

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

export function lambdaRoute(httpMethod: string, resourcePath: string, timeoutMs = 29_000): RouteDefinition {
  return { httpMethod, resourcePath, integration: { type: 'AWS_PROXY', functionArn: FUNCTION_ARN, timeoutMs } };
}

export function apiDefinition(
  routes: readonly RouteDefinition[],
  gatewayResponses: Record<string, GatewayResponseDefinition> = {},
  binaryMediaTypes: readonly string[] = [],
): RestApiDefinition {
  return { id: 'abc123', stage: 'dev', binaryMediaTypes, routes, gatewayResponses };
}

/** An `invoke` that returns the given result and keeps the events it got. */
export function fakeInvoke(result: unknown = { statusCode: 200, body: '{}' }, outcome: Partial<InvokeResult> = {}) {
  const events: Record<string, unknown>[] = [];
  const invoke: Invoke = async (_name, payload) => {
    events.push(JSON.parse(payload));
    return { requestId: 'id', executedVersion: '$LATEST', payload: JSON.stringify(result), ...outcome };
  };
  return { invoke, events };
}

/** A served API, stopped when the test is over. */
export async function servedApi(definition: RestApiDefinition, invoke: Invoke = fakeInvoke().invoke) {
  const server = await startRestApi({ definition, port: 0, invoke, log: silentLog });
  onTestFinished(() => server.stop());
  return server;
}

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
}

/**
 * Sends bytes, reads nothing before all of them are on their way, and gives all that comes back until the server ends the
 * connection.
 */
export function exchange(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1').pause();
    let received = '';
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.once('end', () => resolve(received)).once('error', reject);
    for (const part of parts.slice(0, -1)) socket.write(part);
    socket.write(parts.at(-1) ?? '', () => socket.resume());
  });
}

/** Sends a request exactly as written; `fetch` would normalise its path and headers. */
export function call(
  url: string,
  method: string,
  path: string,
  options: { headers?: OutgoingHttpHeaders | readonly string[]; body?: string | Buffer } = {},
): Promise<ReceivedResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, path, headers: options.headers ?? {}, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const { statusCode: status = 0, headers, rawHeaders } = response;
      resolve({ status, headers, rawHeaders, bytes, text: bytes.toString() });
    });
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}
