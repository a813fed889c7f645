import type { HttpResponse } from './http-exchange.ts';

/** A service refused a request. */
export class AwsServiceError extends Error {
  override readonly name = 'AwsServiceError';
  /** AWS's name for it, such as `NoSuchKey`. */
  readonly code: string;
  /** Whether the same request may work a moment later. */
  readonly retryable: boolean;

  constructor(code: string, message: string, retryable = false) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
}

/** Transient errors of the server, as SDKs see them. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const RETRYABLE_STATUS = new Set([429, 500, 502, 503, 504]);
/** The same and throttling by name, where the status is 400. */
const RETRYABLE_CODE = /Throttl|^(SlowDown|RequestTimeout|RequestLimitExceeded|TooManyRequests|InternalServiceError)/;

/**
 * The error of a response: XML of S3, JSON of other services, nothing for HEAD.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
 *
 * @param retryable whatever the error is
 */
export function serviceError({ status, statusText, body }: HttpResponse, retryable: boolean): AwsServiceError {
  const told = body.startsWith('{') ? readJson(body) : readXml(body);
  const code = told.code ?? (statusText || String(status));
  const message = told.message ?? `HTTP status ${status}`;
  return new AwsServiceError(code, message, retryable || RETRYABLE_STATUS.has(status) || RETRYABLE_CODE.test(code));
}

interface Told {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

function readXml(body: string): Told {
  const [, code] = /<Code>([^<]+)/.exec(body) ?? [];
  const [, message] = /<Message>([^<]+)/.exec(body) ?? [];
  return { code, message };
}

function readJson(body: string): Told {
  const { __type, message, Message }: Record<string, string | undefined> = JSON.parse(body);
  return { code: __type?.split('#').at(-1), message: message ?? Message };
}
