import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Log } from '../../../tooling/log.ts';
import type { Admits } from '../../../tooling/sockets.ts';
import { type Handle, type Refuse, type RunningServer, serve } from '../../http/http-server.ts';
import { originForm } from '../../http/request-target.ts';
import { forwardRequest, type Headers } from '../../http/reverse-proxy.ts';
import { type GetObject, serveObject } from './bucket-origin.ts';
import { behaviorFor, type DistributionDefinition } from './distribution-definition.ts';
import { errorPage, sendError } from './error-page.ts';
import { withPolicy } from './response-headers-policy.ts';

/** CloudFront's limit: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html */
const MAX_URL_BYTES = 8_192;

export interface DistributionOptions {
  readonly definition: DistributionDefinition;
  /** 0 for any free one. */
  readonly port: number;
  readonly getObject: GetObject;
  /** Where a REST API listens, by its id. */
  readonly apiUrl: (restApiId: string) => string;
  /** See ServeOptions. */
  readonly admits?: Admits | undefined;
  readonly log: Log;
}

export interface RunningDistribution extends RunningServer {
  /** Serves it by another definition from now on. */
  change(definition: DistributionDefinition): void;
}

/** Serves a site as CloudFront does, without a cache. Throws the system's error when it cannot listen on the port. */
export async function startDistribution(options: DistributionOptions): Promise<RunningDistribution> {
  const { getObject, apiUrl, log } = options;
  let { definition } = options;
  const agent = new Agent({ keepAlive: true });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (Buffer.byteLength(request.url ?? '') > MAX_URL_BYTES) return sendError(response, 413, 'The URL is too long.');
    if (request.method === 'GET' && hasBody(request)) return sendError(response, 403, 'A GET request has no body.');
    const path = pathOf(request);
    const { origin, allowedMethods, responseHeadersPolicy } = behaviorFor(definition, path);
    if (!allowedMethods.includes(request.method ?? '')) {
      return sendError(response, 403, 'This path does not take this method.');
    }
    const changeHeaders = (headers: Headers) => withPolicy(headers, responseHeadersPolicy);
    if (origin.type === 'api') {
      return forwardRequest(request, response, { target: apiUrl(origin.restApiId), agent, changeHeaders });
    }
    const { defaultRootObject } = definition;
    return serveObject(request, response, { origin, path, defaultRootObject, getObject, changeHeaders });
  };

  const serveRequest: Handle = (request, response) => {
    const start = performance.now();
    response.once('close', () => {
      const duration = Math.round(performance.now() - start);
      log.debug(`${request.method} ${pathOf(request)} ${response.statusCode} ${duration} ms`);
    });
    handle(request, response).catch((error: Error) => {
      // A viewer that left is no failure of the origin.
      if (!response.destroyed) log.warn(`${request.method} ${pathOf(request)}: ${error.message}`);
      sendError(response, 502, 'The origin did not respond.');
    });
  };
  const refuse: Refuse = (statusCode, reason) => {
    log.debug(`malformed request ${statusCode}: ${reason}`);
    return errorPage(statusCode, statusCode === 403 ? reason : 'Bad request.');
  };
  const server = await serve(serveRequest, refuse, options.port, { admits: options.admits });
  return {
    ...server,
    change: (next) => {
      definition = next;
    },
    stop: async () => {
      await server.stop();
      agent.destroy();
    },
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Without the query, which is not for the log. */
function pathOf(request: IncomingMessage): string {
  return originForm(request.url).split('?', 1)[0] ?? '/';
}
