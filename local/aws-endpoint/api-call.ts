import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Authorizer } from '../services/iam/authorize.ts';
import type { Principal } from '../services/iam/principals.ts';
import { AwsError } from './aws-error.ts';
import type { ApiResponse, Protocol } from './protocols.ts';

/** A call whose caller is known. */
export interface Caller {
  readonly principal: Principal;
  /** Whether the caller may do this; for answers that differ by it. */
  mayDo(action: string, resource: string): boolean;
  /** @throws AwsError `AccessDenied` */
  requireAccess(action: string, resource: string): void;
}

/** A call to a service whose requests are small enough to be read as a whole. */
export interface ApiCall extends Caller {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AwsApi {
  readonly protocol: Protocol;
  handle(call: ApiCall): Promise<ApiResponse> | ApiResponse;
}

/** What Lambda takes in one invocation, the largest of all requests here. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Binds the authorizer to one caller, so that a service names only the action and the resource. */
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

/**
 * Reads a request's body as a whole.
 *
 * @throws AwsError `RequestTooLargeException` above 6 MiB
 */
export async function readBody(source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Destroying the request would close the connection that the refusal has to go over.
  for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new AwsError('RequestTooLargeException', `Request must be smaller than ${MAX_BODY_BYTES} bytes.`, 413);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * A part of an address without its percent-encoding.
 *
 * @throws AwsError `InvalidURI` when the encoding is broken
 */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new AwsError('InvalidURI', `The address holds broken percent-encoding: ${text}`, 400, { cause });
  }
}
