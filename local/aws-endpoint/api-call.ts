import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { readBody } from '../http/request-body.ts';
import type { Authorizer } from '../services/iam/authorizer.ts';
import type { Principal } from '../services/iam/principals.ts';
import { AwsError } from './aws-error.ts';
import type { ApiResponse, Protocol } from './protocols.ts';

export interface Caller {
  readonly principal: Principal;
  mayDo(action: string, resource: string): boolean;
  /** @throws AwsError `AccessDenied` */
  requireAccess(action: string, resource: string): void;
}

export interface ApiCall extends Caller {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The part of an AWS service's API that runs here, with requests and responses that fit into memory. */
export interface AwsApi {
  /** The service in the credential scope that clients sign with. */
  readonly signingName: string;
  readonly protocol: Protocol;
  handle(call: ApiCall): Promise<ApiResponse> | ApiResponse;
}

/** An API whose requests and responses do not: S3. */
export interface StreamingApi {
  readonly signingName: string;
  readonly protocol: Protocol;
  /** @throws AwsError unless the response has begun */
  stream(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void>;
  /** Handles a CORS preflight request, which carries no signature. */
  streamPreflight(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Lambda's limit for the payload of an invocation, the highest of all APIs here. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Binds the authorizer to one caller, so that an API names only the action and the resource. */
export function callerOf(principal: Principal, authorizer: Authorizer): Caller {
  return {
    principal,
    mayDo: (action, resource) => authorizer.authorize({ principal, action, resource }).allowed,
    requireAccess: (action, resource) => {
      const decision = authorizer.authorize({ principal, action, resource });
      if (decision.allowed) return;
      const sentence = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}`;
      throw new AwsError('AccessDenied', `${sentence} (${decision.reason})`, 403);
    },
  };
}

/** Reads a body. Throws AwsError `RequestTooLargeException` above 6 MiB. */
export function readApiBody(source: Readable): Promise<Buffer> {
  const message = `Request must be smaller than ${MAX_BODY_BYTES} bytes.`;
  return readBody(source, MAX_BODY_BYTES, () => new AwsError('RequestTooLargeException', message, 413));
}

/** A part of a URL, decoded. Throws AwsError `InvalidURI` when the percent-encoding is malformed. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new AwsError('InvalidURI', `The URL holds malformed percent-encoding: ${text}`, 400, { cause });
  }
}
