import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ApiResponse, Protocol } from './protocols.ts';

/** Who makes a call: a function's role, an AWS service, or the operator, who may do everything. */
export interface Principal {
  readonly kind: 'role' | 'service' | 'operator';
  /** Of a service, its domain, such as `events.amazonaws.com`. */
  readonly name: string;
  readonly arn: string;
  /** Of a role: in whose name it is used, such as the function's. */
  readonly session?: string;
  /** Of a role: the condition keys that come with its credentials. */
  readonly context?: Readonly<Record<string, string>>;
}

/** What a decision may depend on besides the action and the resource. */
export interface AccessDetails {
  /** Values of condition keys, such as `s3:prefix`. */
  readonly context?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What an error calls the resource, where AWS repeats what the caller has written. */
  readonly askedFor?: string;
}

export interface Caller {
  readonly principal: Principal;
  /** @throws AwsError `AccessDenied` */
  requireAccess(action: string, resource: string, details?: AccessDetails): void;
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
  /** The names of the parameters that each operation takes. */
  readonly operations: Readonly<Record<string, readonly string[]>>;
  handle(call: ApiCall): Promise<ApiResponse> | ApiResponse;
}

/** A text that somebody has signed, as it states it. */
export interface SignedText {
  readonly algorithm: string;
  /** `<key>/<date>/<region>/<service>/aws4_request` */
  readonly credential: string;
  readonly signature: string;
  readonly text: string;
  readonly sessionToken: string | undefined;
}

/** Finds out who has signed a text. @throws AwsError when nobody known has */
export type Identify = (signed: SignedText) => Caller;

/** What a body carries in its parts besides the signature of the request's head. */
export interface BodySignatures {
  /** @param sha256 of the chunk, in hex. @throws AwsError `SignatureDoesNotMatch` */
  verifyChunk(sha256: string, signature: string): void;
  /** @param sha256 of the lines of the trailers, in hex. @throws AwsError `SignatureDoesNotMatch` */
  verifyTrailers(sha256: string, signature: string): void;
}

/** An API whose requests and responses do not: S3. */
export interface StreamingApi {
  readonly signingName: string;
  readonly protocol: Protocol;
  /**
   * @param signatures those that the body may carry
   * @throws AwsError unless the response has begun
   */
  stream(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    signatures: () => BodySignatures,
  ): Promise<void>;
  /**
   * Handles a request without a signature in its head: a CORS preflight request, or a form that has one among its fields.
   * Undefined when it is neither.
   */
  streamUnsigned(request: IncomingMessage, response: ServerResponse, identify: Identify): Promise<void> | undefined;
}
