import { isDeepStrictEqual } from 'node:util';
import type { HttpResponse } from '../../http/http-response.ts';
import { send } from '../../http/http-response.ts';
import { type Handle, type Refuse, type RunningServer, type ServeOptions, serve } from '../../http/http-server.ts';
import { malformedRequest, unknownHost } from './gateway-fault.ts';
import { gatewayResponse } from './gateway-response.ts';
import { connectionContext, type RequestContext, requestContext, requestIds } from './request-context.ts';
import { type Handled, RequestHandler, type RequestHandlerOptions } from './request-handler.ts';
import { RequestValidation } from './request-validation/request-validation.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';

export interface RestApiOptions extends RequestHandlerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** See ServeOptions. */
  readonly admits?: ServeOptions['admits'];
}

/** A REST API that is served. */
export interface RunningRestApi extends RunningServer {
  /**
   * Serves it by another definition from now on. Requests under way end by the one that they began with. What counts, such as throttling
   * and the results of authorizers, begins anew, unless nothing has changed.
   *
   * @throws as {@link startRestApi}, and goes on as before
   */
  change(definition: RestApiDefinition): Promise<void>;
}

/**
 * Serves a REST API at the root of its port, without the stage in the path.
 *
 * @throws the system's error when it cannot listen on the port, and an Error for a MOCK integration or a model that cannot be used here
 */
export async function startRestApi({ port, admits, ...options }: RestApiOptions): Promise<RunningRestApi> {
  const handlerOf = async (definition: RestApiDefinition) =>
    new RequestHandler({ ...options, definition }, await RequestValidation.of(definition));
  let { definition: current } = options;
  let handler = await handlerOf(current);
  const { log } = options;

  const handle: Handle = async (request, outgoing) => {
    const start = performance.now();
    try {
      const context = requestContext(request);
      const handled = await handler.respond(request, context);
      send(outgoing, withIds(handled.response, context));
      log
        .forRequest(requestIds(context))
        [levelOf(context, handled)](requestLine(context, handled, performance.now() - start));
    } catch (error) {
      const line = `${request.method} ${request.url}`;
      if (request.destroyed && !request.complete) log.debug(`${line}: the client closed its connection`);
      else log.error(`${line}: ${(error as Error).stack}`);
      outgoing.destroy();
    }
  };

  const refuse: Refuse = (statusCode, reason, socket) => {
    log.info(`malformed request ${statusCode}: ${reason}`);
    const context = connectionContext(socket);
    // No API was named, so none has a say in the response.
    if (statusCode === 403) return gatewayResponse(unknownHost, { gatewayResponses: {} }, noRequest);
    return withIds(handler.errorResponse(malformedRequest(statusCode), context), context);
  };

  return {
    ...(await serve(handle, refuse, port, { admits })),
    change: async (definition) => {
      if (isDeepStrictEqual(definition, current)) return;
      handler = await handlerOf(definition);
      current = definition;
    },
  };
}

/** An open page may read every second: the log's file keeps such requests apart, and the terminal counts them. */
function levelOf({ method }: RequestContext, { response, problem }: Handled): 'debug' | 'info' | 'error' {
  if (problem !== undefined) return 'error';
  return method === 'GET' && response.statusCode < 400 ? 'debug' : 'info';
}

function requestLine({ method, path }: RequestContext, handled: Handled, durationMs: number): string {
  const { response, functionLabel, problem } = handled;
  const line = `${method} ${path} ${response.statusCode} ${Math.round(durationMs)} ms`;
  return `${line}${functionLabel === undefined ? '' : ` ${functionLabel}`}${problem === undefined ? '' : `: ${problem}`}`;
}

const noRequest = { header: () => undefined, variable: () => '' };

function withIds(response: HttpResponse, context: RequestContext): HttpResponse {
  const ids = [
    ['x-amzn-RequestId', [context.requestId]] as const,
    ['x-amz-apigw-id', [context.extendedRequestId]] as const,
  ];
  return { ...response, headers: new Map([...ids, ...response.headers]) };
}
