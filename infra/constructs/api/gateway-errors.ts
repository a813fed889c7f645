import { Cors, type CorsOptions, ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { BODY_LIMIT, EXPOSED_HEADERS } from '../../../functions/contract/http/limits.ts';

export const CORS_PREFLIGHT: CorsOptions = {
  allowOrigins: Cors.ALL_ORIGINS,
  allowMethods: ['GET', 'POST', 'OPTIONS'],
  allowHeaders: ['Content-Type', 'Idempotency-Key', 'Authorization'],
  exposeHeaders: EXPOSED_HEADERS,
};

// Without these, browsers hide errors of the gateway from the page.
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': "'*'",
  'Access-Control-Expose-Headers': `'${EXPOSED_HEADERS.join(',')}'`,
};

interface GatewayError {
  readonly id: string;
  readonly type: ResponseType;
  readonly statusCode?: string;
  /** Replaces the gateway's own message. */
  readonly sentence?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CANNOT_TELL = {
  statusCode: '503',
  sentence: 'Tokens cannot be verified at the moment. Try again in a few seconds.',
  headers: { 'Retry-After': "'5'" },
};

// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
const GATEWAY_ERRORS: readonly GatewayError[] = [
  { id: 'ClientError', type: ResponseType.DEFAULT_4XX },
  { id: 'ServerError', type: ResponseType.DEFAULT_5XX },
  {
    // The gateway responds with 403 to any path and method that has no route.
    id: 'UnknownRoute',
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    statusCode: '404',
    sentence: 'This path does not exist, or it does not support this method.',
  },
  {
    id: 'NoToken',
    type: ResponseType.UNAUTHORIZED,
    sentence: 'A valid token is required. Send it as "Authorization: Bearer <token>".',
    headers: { 'WWW-Authenticate': "'Bearer'" },
  },
  {
    id: 'AccessDenied',
    type: ResponseType.ACCESS_DENIED,
    sentence: 'This token does not allow the request.',
  },
  {
    id: 'Filtered',
    type: ResponseType.WAF_FILTERED,
    sentence: 'The request was blocked by the firewall.',
  },
  // The authorizer failed, as when the issuer of tokens is down. Which of the two types a failed function gets is not
  // documented; clients report the second.
  { id: 'AuthorizerFailure', type: ResponseType.AUTHORIZER_FAILURE, ...CANNOT_TELL },
  { id: 'AuthorizerMisconfigured', type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...CANNOT_TELL },
  {
    id: 'BodyTooLarge',
    type: ResponseType.REQUEST_TOO_LARGE,
    sentence: `The request body is too large. It may have at most ${BODY_LIMIT}.`,
  },
  {
    id: 'Throttled',
    type: ResponseType.THROTTLED,
    sentence: 'There are too many requests at the moment. Try again in a second.',
    headers: { 'Retry-After': "'1'" },
  },
  {
    id: 'Unavailable',
    type: ResponseType.INTEGRATION_FAILURE,
    statusCode: '503',
    sentence: 'The service is temporarily unavailable. Try again in a few seconds.',
    headers: { 'Retry-After': "'5'" },
  },
  {
    id: 'Timeout',
    type: ResponseType.INTEGRATION_TIMEOUT,
    sentence: 'The service did not respond in time.',
  },
];

/** Gives the gateway's own errors the shape of the API, `{"error": "<sentence>"}`, and CORS headers. */
export function exposeGatewayErrors(api: RestApi): void {
  for (const { id, type, statusCode, sentence, headers } of GATEWAY_ERRORS) {
    // messageString is quoted and escaped already.
    const error = sentence === undefined ? '$context.error.messageString' : JSON.stringify(sentence);
    api.addGatewayResponse(id, {
      type,
      ...(statusCode === undefined ? {} : { statusCode }),
      responseHeaders: { ...CORS_HEADERS, ...headers },
      templates: { 'application/json': `{"error":${error}}` },
    });
  }
}
