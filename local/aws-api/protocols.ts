import { randomUUID } from 'node:crypto';
import type { AwsError } from './aws-error.ts';

export interface ApiResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How a family of AWS services sends responses, errors above all. */
export interface Protocol {
  /** Of every response that has a body, unless the response states another. */
  readonly contentType: string;
  error(error: AwsError, requestId: string): ApiResponse;
}

type Names = Readonly<Record<string, readonly [code: string, status: number]>>;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const S3_NAMES: Names = {
  AccessDenied: ['AccessDenied', 403],
  MissingAuthenticationToken: ['AccessDenied', 403],
  IncompleteSignature: ['AuthorizationHeaderMalformed', 400],
  InvalidClientTokenId: ['InvalidAccessKeyId', 403],
  RequestExpired: ['AccessDenied', 403],
  InvalidRequest: ['InvalidRequest', 400],
  InvalidURI: ['InvalidURI', 400],
  UnknownOperation: ['NotImplemented', 501],
  InternalFailure: ['InternalError', 500],
};

const JSON_NAMES: Names = {
  AccessDenied: ['AccessDeniedException', 403],
  MissingAuthenticationToken: ['MissingAuthenticationTokenException', 403],
  IncompleteSignature: ['IncompleteSignatureException', 403],
  AuthorizationQueryParametersError: ['IncompleteSignatureException', 403],
  InvalidClientTokenId: ['UnrecognizedClientException', 403],
  SignatureDoesNotMatch: ['InvalidSignatureException', 403],
  RequestTimeTooSkewed: ['InvalidSignatureException', 403],
  RequestExpired: ['InvalidSignatureException', 403],
  InvalidRequest: ['ValidationException', 400],
  InvalidURI: ['ValidationException', 400],
  UnknownOperation: ['UnknownOperationException', 404],
};

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const QUERY_NAMES: Names = {
  AuthorizationQueryParametersError: ['IncompleteSignature', 400],
  RequestExpired: ['RequestExpired', 400],
  UnknownOperation: ['InvalidAction', 400],
};

export const s3Xml: Protocol = {
  contentType: 'application/xml',
  error: (error, requestId) => {
    const [code, status] = named(S3_NAMES, error);
    const ids = { RequestId: requestId, HostId: hostIdOf(requestId) };
    const elements = { Code: code, Message: error.message, ...error.details, ...ids };
    const xml = Object.entries(elements).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
    return {
      status,
      headers: { 'x-amz-request-id': requestId, 'x-amz-id-2': ids.HostId },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${xml.join('')}</Error>`,
    };
  },
};

/** The headers of S3 that identify a response. */
export function requestIds(): Record<string, string> {
  const requestId = randomUUID();
  return { 'x-amz-request-id': requestId, 'x-amz-id-2': hostIdOf(requestId) };
}

/** S3's second id of a request, which only AWS can read. */
function hostIdOf(requestId: string): string {
  return Buffer.from(requestId).toString('base64');
}

/** Services whose calls carry `x-amz-target`: Secrets Manager speaks 1.1, SQS 1.0. Every client error is a 400. */
export const awsJson = (version: '1.0' | '1.1'): Protocol => ({
  contentType: `application/x-amz-json-${version}`,
  error: (error) => {
    const [code, status] = named(JSON_NAMES, error);
    return {
      status: status < 500 ? 400 : status,
      body: JSON.stringify({ __type: code, Message: error.message }),
    };
  },
});

/** Lambda and MSK: REST JSON, with the code in a header. */
export const restJson: Protocol = {
  contentType: 'application/json',
  error: (error) => {
    const [code, status] = named(JSON_NAMES, error);
    return {
      status,
      headers: { 'x-amzn-errortype': code },
      body: JSON.stringify({ Type: status < 500 ? 'User' : 'Service', message: error.message, ...error.details }),
    };
  },
};

/** STS: a form in the request, XML in the response. */
export const queryXml: Protocol = {
  contentType: 'text/xml',
  error: (error, requestId) => {
    const [code, status] = named(QUERY_NAMES, error);
    const type = status < 500 ? 'Sender' : 'Receiver';
    const elements = `<Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(error.message)}</Message>`;
    return {
      status,
      body: `<ErrorResponse><Error>${elements}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};

/**
 * Escapes text for XML content and attribute values. Control characters become references, as S3 sends them in keys, although
 * XML 1.0 has no place for most of them.
 */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return text.replace(/[&<>"']|\p{Cc}/gu, (sign) => entities[sign] ?? `&#x${sign.charCodeAt(0).toString(16)};`);
}

function named(names: Names, error: AwsError): readonly [code: string, status: number] {
  return names[error.code] ?? [error.code, error.status];
}
