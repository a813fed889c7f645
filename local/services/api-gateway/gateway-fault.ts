import { STATUS_CODES } from 'node:http';

/** An error that the gateway itself responds with. */
export interface Fault {
  /** Key of the gateway response that customizes it. */
  readonly responseType: string;
  readonly statusCode: number;
  /** The value of `x-amzn-ErrorType`. */
  readonly errorType: string;
  /** Null where API Gateway gives none. */
  readonly message: string | null;
}

const fault = (responseType: string, statusCode: number, errorType: string, message: string | null): Fault => ({
  responseType,
  statusCode,
  errorType,
  message,
});

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
export const faults = {
  /** No such route, or no such method on it. */
  missingAuthenticationToken: fault(
    'MISSING_AUTHENTICATION_TOKEN',
    403,
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ),
  malformedUrl: fault(
    'BAD_REQUEST_PARAMETERS',
    400,
    'BadRequestException',
    'Malformed percent-encoding in the path or query string',
  ),
  /** Bodies reach a function as text unless their media type is declared binary. */
  bodyNotText: fault('BAD_REQUEST_BODY', 400, 'BadRequestException', 'The request body is not valid UTF-8'),
  /** The body is not what its model allows. */
  invalidBody: fault('BAD_REQUEST_BODY', 400, 'BadRequestException', 'Invalid request body'),
  /** The method wants an API key, and the request has none that is good for this stage. */
  invalidApiKey: fault('INVALID_API_KEY', 403, 'ForbiddenException', 'Forbidden'),
  throttled: fault('THROTTLED', 429, 'TooManyRequestsException', 'Too Many Requests'),
  /** The quota of a usage plan. */
  quotaExceeded: fault('QUOTA_EXCEEDED', 429, 'LimitExceededException', 'Limit Exceeded'),
  unauthorized: fault('UNAUTHORIZED', 401, 'UnauthorizedException', 'Unauthorized'),
  implicitDeny: fault('ACCESS_DENIED', 403, 'AccessDeniedException', 'User is not authorized to access this resource'),
  explicitDeny: fault(
    'ACCESS_DENIED',
    403,
    'AccessDeniedException',
    'User is not authorized to access this resource with an explicit deny',
  ),
  authorizerFailed: fault('AUTHORIZER_CONFIGURATION_ERROR', 500, 'AuthorizerConfigurationException', null),
  requestTooLarge: fault('REQUEST_TOO_LARGE', 413, 'RequestTooLargeException', 'Request Too Long'),
  /** The function failed, or its result is not a proxy response. */
  functionFailed: fault('DEFAULT_5XX', 502, 'InternalServerErrorException', 'Internal server error'),
  /** The function's body was to be decoded from base64, and is none. */
  bodyNotBase64: fault('API_CONFIGURATION_ERROR', 500, 'InternalServerErrorException', 'Internal server error'),
  /** Such as the MOCK integration that the CDK gives the root of an API with a proxy, without templates. */
  noMockResponse: fault('API_CONFIGURATION_ERROR', 500, 'InternalServerErrorException', 'Internal server error'),
  /** Lambda did not run the function. API Gateway turns even the 429 of throttling into a 500. */
  functionRefused: fault('INTEGRATION_FAILURE', 500, 'InternalServerErrorException', 'Internal server error'),
  integrationTimeout: fault('INTEGRATION_TIMEOUT', 504, 'InternalServerErrorException', 'Endpoint request timed out'),
};

/**
 * The fault of a request whose host is no API here.
 * https://repost.aws/knowledge-center/api-gateway-troubleshoot-403-forbidden
 */
export const unknownHost = fault('DEFAULT_4XX', 403, 'ForbiddenException', 'Forbidden');

/** The fault of bytes that are not a request. */
export function malformedRequest(statusCode: number): Fault {
  return fault('DEFAULT_4XX', statusCode, 'BadRequestException', STATUS_CODES[statusCode] ?? 'Bad Request');
}

/** The fault of a request without what its method requires. @param names of what it lacks */
export function missingParameters(names: readonly string[]): Fault {
  const message = `Missing required request parameters: [${names.join(', ')}]`;
  return fault('BAD_REQUEST_PARAMETERS', 400, 'BadRequestException', message);
}

/** Ends a request with one of the gateway's own responses. */
export class GatewayFault extends Error {
  override name = 'GatewayFault';
  readonly fault: Fault;

  /** @param reason for the log; the client does not see it */
  constructor(fault: Fault, reason?: string) {
    super(reason ?? fault.message ?? fault.responseType);
    this.fault = fault;
  }
}
