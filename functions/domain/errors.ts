/** The family of failures that this application foresees. Decisions are made by `code`, never by the message. */
export abstract class OrderFlowError extends Error {
  /** Stable; clients of the family map it, for example to an HTTP status. */
  abstract readonly code: string;
  /** Whether the same call may succeed later. */
  abstract readonly retryable: boolean;
  /** Written out in each class: a minified bundle renames the classes themselves. */
  abstract override readonly name: string;
}

/** One thing that is wrong with an input. */
export interface InputProblem {
  /** The field, e.g. `quantity`; empty for the input as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The caller sent something that can never be accepted. */
export class InvalidInputError extends OrderFlowError {
  override readonly name = 'InvalidInputError';
  readonly code = 'invalid_input';
  readonly retryable = false;
  readonly problems: readonly InputProblem[];

  constructor(message: string, problems: readonly InputProblem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.problems = problems;
  }
}

/** An idempotency key came again with another request than the one that it stands for. */
export class IdempotencyKeyReusedError extends OrderFlowError {
  override readonly name = 'IdempotencyKeyReusedError';
  readonly code = 'idempotency_key_reused';
  readonly retryable = false;

  constructor() {
    super('This Idempotency-Key belongs to an earlier order with another content. Send a new key with a new order.');
  }
}

/** A shard, or the credentials it needs, did not answer in time. */
export class ShardUnavailableError extends OrderFlowError {
  override readonly name = 'ShardUnavailableError';
  readonly code = 'shard_unavailable';
  readonly retryable = true;
  readonly shard: string;

  constructor(shard: string, options?: ErrorOptions) {
    super(`The database ${shard} does not answer at the moment. Please try again.`, options);
    this.shard = shard;
  }
}

/** Something took longer than the caller waits. */
export class DeadlineExceededError extends OrderFlowError {
  override readonly name = 'DeadlineExceededError';
  readonly code = 'deadline_exceeded';
  readonly retryable = true;

  constructor(what: string, milliseconds: number) {
    super(`${what} took longer than ${milliseconds} ms.`);
  }
}

/** An event names a shard that does not exist. */
export class UnknownShardError extends OrderFlowError {
  override readonly name = 'UnknownShardError';
  readonly code = 'unknown_shard';
  readonly retryable = false;
  /** How many shards there are; their numbers begin at 1. */
  readonly shards: number;

  constructor(shard: number, shards: number) {
    super(`There is no shard ${shard}: the shards are 1 to ${shards}.`);
    this.shards = shards;
  }
}

/** A dependency failed several times in a row and is left alone for a while. */
export class BreakerOpenError extends OrderFlowError {
  override readonly name = 'BreakerOpenError';
  readonly code = 'breaker_open';
  readonly retryable = true;

  constructor(dependency: string) {
    super(`${dependency} failed repeatedly; it is not asked again for a few seconds.`);
  }
}

/** The caller is known and may not do this. */
export class AccessDeniedError extends OrderFlowError {
  override readonly name = 'AccessDeniedError';
  readonly code = 'access_denied';
  readonly retryable = false;
}

/** There is no such order, or none that the caller may know of. */
export class OrderNotFoundError extends OrderFlowError {
  override readonly name = 'OrderNotFoundError';
  readonly code = 'order_not_found';
  readonly retryable = false;

  constructor() {
    super('There is no order with this id.');
  }
}

/** The order stands, its receipt is still to be stored. */
export class ReceiptPendingError extends OrderFlowError {
  override readonly name = 'ReceiptPendingError';
  readonly code = 'receipt_pending';
  readonly retryable = true;

  constructor() {
    super('The receipt of this order is not stored yet. Please try again.');
  }
}

/** A token proves nothing about its bearer. The message says why, without anything of the token. */
export class InvalidTokenError extends OrderFlowError {
  override readonly name = 'InvalidTokenError';
  readonly code = 'invalid_token';
  readonly retryable = false;
}

/** The issuer of tokens did not give the keys that they are checked with. */
export class IssuerUnavailableError extends OrderFlowError {
  override readonly name = 'IssuerUnavailableError';
  readonly code = 'issuer_unavailable';
  readonly retryable = true;
}
