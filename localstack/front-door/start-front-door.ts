import { Agent, type IncomingMessage } from 'node:http';
import { type HttpResponse, send } from '../../local/http/http-response.ts';
import {
  type Handle,
  type RefusalStatus,
  type Refuse,
  type RunningServer,
  serve,
} from '../../local/http/http-server.ts';
import { FOREIGN_HOST } from '../../local/http/local-only.ts';
import { forwardRequest } from '../../local/http/reverse-proxy.ts';
import type { GatewayResponseDefinition } from '../../local/services/api-gateway/rest-api-definition.ts';
import type { Log } from '../../tooling/log.ts';
import { wordGatewayError } from './gateway-errors.ts';

/** Twice what API Gateway gives a function: the first call may have to start a container. */
const UPSTREAM_TIMEOUT_MS = 60_000;
const RETRY_AFTER_SECONDS = 5;

const AWAY = 'LocalStack does not respond. `npm run localstack -- status` shows what is up, and `up` starts it.';
const NOT_DEPLOYED = 'LocalStack does not have the API yet. `npm run localstack -- deploy` deploys it.';
const FAILED = 'LocalStack failed on this request. `npm run localstack -- logs` shows why.';
const REFUSALS: Readonly<Record<RefusalStatus, string>> = {
  400: 'The request is not valid HTTP.',
  403: FOREIGN_HOST,
  408: 'The request was not completed in time.',
  417: 'The Expect header is not supported.',
  431: "The request's header fields are too large.",
};

export interface FrontDoorOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** All that `localhost` means when left out. */
  readonly host?: string | undefined;
  /** The deployed API with its stage, without a slash at its end. */
  readonly apiUrl: string;
  /** Those of the current template, by response type. */
  readonly gatewayResponses: () => Readonly<Record<string, GatewayResponseDefinition>>;
  readonly log: Log;
}

/**
 * Serves the API in LocalStack at the root of a port, where clients of the local run find it. Requests and responses pass
 * through unchanged. While there is no API, clients are told so.
 *
 * @throws the system's error when the port is taken
 */
export async function startFrontDoor({
  port,
  host,
  apiUrl,
  gatewayResponses,
  log,
}: FrontDoorOptions): Promise<RunningServer> {
  // One connection for each request: LocalStack closes idle ones at any time, and an order must not be sent twice.
  const agent = new Agent({ keepAlive: false, timeout: UPSTREAM_TIMEOUT_MS });

  const serveRequest: Handle = (request, response) => {
    const start = performance.now();
    const line = `${request.method} ${(request.url ?? '/').split('?', 1)[0]}`;
    response.once('close', () => {
      log.debug('%s %d %d ms', line, response.statusCode, Math.round(performance.now() - start));
    });
    forwardRequest(request, response, {
      target: apiUrl,
      agent,
      replace: (upstream) => replaceForeign(upstream) ?? wordGatewayError(upstream, gatewayResponses),
    }).catch((error: NodeJS.ErrnoException) => {
      // A client that left is no failure of the API.
      if (!response.destroyed) log.warn('%s: %s', line, error.message || error.code);
      if (response.headersSent) response.destroy();
      else send(response, errorResponse(503, AWAY));
    });
  };
  const refuse: Refuse = (statusCode, reason) => {
    log.debug('malformed request %d: %s', statusCode, reason);
    return errorResponse(statusCode, REFUSALS[statusCode]);
  };
  return serve(serveRequest, refuse, port, { host });
}

/** Every response of an API carries its id, its own errors included; no other response of LocalStack does. */
function replaceForeign({ headers, statusCode = 502 }: IncomingMessage): HttpResponse | undefined {
  if (headers['x-amz-apigw-id'] !== undefined) return undefined;
  // Before any API exists, LocalStack takes requests as meant for S3 and accepts a preflight.
  return statusCode < 400 || statusCode === 404 ? errorResponse(503, NOT_DEPLOYED) : errorResponse(502, FAILED);
}

/** In the form of the API's own errors, and readable by pages of other origins. */
function errorResponse(statusCode: number, sentence: string): HttpResponse {
  const headers = new Map([
    ['Content-Type', ['application/json']],
    ['Access-Control-Allow-Origin', ['*']],
  ]);
  if (statusCode === 503) headers.set('Retry-After', [String(RETRY_AFTER_SECONDS)]);
  return { statusCode, headers, body: Buffer.from(JSON.stringify({ error: sentence })) };
}
