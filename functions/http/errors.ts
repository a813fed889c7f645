import { BODY_LIMIT } from '../contract/http/limits.ts';
import type { ErrorBody } from '../contract/http/responses.ts';
import {
  type AccessDeniedError,
  type IdempotencyKeyReusedError,
  InvalidInputError,
  OrderFlowError,
  type OrderNotFoundError,
  type ReceiptPendingError,
  type ReceiptsUnavailableError,
  type ShardUnavailableError,
} from '../domain/errors.ts';
import { RETRY_AFTER } from './response.ts';

export class UnsupportedMediaTypeError extends OrderFlowError {
  override readonly name = 'UnsupportedMediaTypeError';
  readonly code = 'unsupported_media_type';
  readonly retryable = false;

  constructor(message = 'The body must be sent with the header "Content-Type: application/json".') {
    super(message);
  }
}

export class BodyTooLargeError extends OrderFlowError {
  override readonly name = 'BodyTooLargeError';
  readonly code = 'body_too_large';
  readonly retryable = false;

  constructor() {
    super(`The body must not be larger than ${BODY_LIMIT}.`);
  }
}

/** The token expired after the request was let in. */
export class TokenExpiredError extends OrderFlowError {
  override readonly name = 'TokenExpiredError';
  readonly code = 'token_expired';
  readonly retryable = false;

  constructor() {
    super('The token has expired. Sign in again.');
  }
}

/** A code that is missing here is a defect: 500. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  invalid_input: 400,
  token_expired: 401,
  access_denied: 403,
  order_not_found: 404,
  receipt_pending: 404,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  receipts_unavailable: 503,
  shard_unavailable: 503,
} satisfies Record<
  (
    | InvalidInputError
    | TokenExpiredError
    | AccessDeniedError
    | OrderNotFoundError
    | ReceiptPendingError
    | ReceiptsUnavailableError
    | BodyTooLargeError
    | UnsupportedMediaTypeError
    | IdempotencyKeyReusedError
    | ShardUnavailableError
  )['code'],
  number
>;

/** RFC 9110 requires it with every 401. API Gateway renames it to `x-amzn-Remapped-WWW-Authenticate`. */
const CHALLENGE = { 'WWW-Authenticate': 'Bearer' };

export interface ErrorResponse {
  readonly statusCode: number;
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;
}

/** Foreseen errors keep their message; others tell the client nothing. */
export function describeFailure(error: unknown): ErrorResponse {
  const statusCode = error instanceof OrderFlowError ? STATUS_BY_CODE[error.code] : undefined;
  if (!(error instanceof OrderFlowError) || statusCode === undefined) {
    return { statusCode: 500, body: { error: 'Something went wrong on our side. Please try again.' }, headers: {} };
  }
  const details =
    error instanceof InvalidInputError && error.problems.length > 0 ? { details: [...error.problems] } : {};
  return {
    statusCode,
    body: { error: error.message, ...details },
    headers: { ...(statusCode === 401 ? CHALLENGE : {}), ...(error.retryable ? RETRY_AFTER : {}) },
  };
}
