import { STATUS_CODES } from 'node:http';

/** An error that the gateway itself responds with. */
export interface Fault {
  /** Key of the gateway response that customizes it. */
  readonly responseType: string;
  readonly statusCode: number;
  /** Null where API Gateway gives none. */
  readonly message: string | null;
  /** The value of `x-amzn-ErrorType`. */
  readonly errorType: string;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
export const faults = {
  /** No such route, or no such method on it. */
  missingAuthenticationToken: {
    responseType: 'MISSING_AUTHENTICATION_TOKEN',
    statusCode: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  malformedUrl: {
    responseType: 'BAD_REQUEST_PARAMETERS',
    statusCode: 400,
    message: 'Malformed percent-encoding in the path or query string',
    errorType: 'BadRequestException',
  },
  /** Bodies reach a function as text unless their media type is declared binary. */
  bodyNotText: {
    responseType: 'BAD_REQUEST_BODY',
    statusCode: 400,
    message: 'The request body is not valid UTF-8',
    errorType: 'BadRequestException',
  },
  /** The request lacks an identity source, or the authorizer refused it. */
  unauthorized: {
    responseType: 'UNAUTHORIZED',
    statusCode: 401,
    message: 'Unauthorized',
    errorType: 'UnauthorizedException',
  },
  /** The authorizer's policy does not allow the method. */
  notAllowed: {
    responseType: 'ACCESS_DENIED',
    statusCode: 403,
    message: 'User is not authorized to access this resource',
    errorType: 'AccessDeniedException',
  },
  /** The authorizer's policy denies the method. */
  denied: {
    responseType: 'ACCESS_DENIED',
    statusCode: 403,
    message: 'User is not authorized to access this resource with an explicit deny',
    errorType: 'AccessDeniedException',
  },
  /** The authorizer failed, did not run, or returned no policy. */
  authorizerUnusable: {
    responseType: 'AUTHORIZER_CONFIGURATION_ERROR',
    statusCode: 500,
    message: null,
    errorType: 'AuthorizerConfigurationException',
  },
  requestTooLarge: {
    responseType: 'REQUEST_TOO_LARGE',
    statusCode: 413,
    message: 'Request Too Long',
    errorType: 'RequestTooLargeException',
  },
  /** The function failed, or its result is not a proxy response. */
  functionFailed: {
    responseType: 'DEFAULT_5XX',
    statusCode: 502,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  /** Lambda did not run the function. API Gateway turns even the 429 of throttling into a 500. */
  functionRefused: {
    responseType: 'INTEGRATION_FAILURE',
    statusCode: 500,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  integrationTimeout: {
    responseType: 'INTEGRATION_TIMEOUT',
    statusCode: 504,
    message: 'Endpoint request timed out',
    errorType: 'InternalServerErrorException',
  },
} as const satisfies Record<string, Fault>;

/** For bytes that are not a request. */
export function malformedRequest(statusCode: number): Fault {
  const message = STATUS_CODES[statusCode] ?? 'Bad Request';
  return { responseType: 'DEFAULT_4XX', statusCode, message, errorType: 'BadRequestException' };
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
