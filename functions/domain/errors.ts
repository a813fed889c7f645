/** Errors that the application foresees. Decide by `code`, never by the message. */
export abstract class OrderFlowError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  /** Written out: a minified bundle renames classes. */
  abstract override readonly name: string;
}

export interface InputProblem {
  /** The field, e.g. `quantity`; empty for the input as a whole. */
  readonly path: string;
  readonly message: string;
}

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

export class IdempotencyKeyReusedError extends OrderFlowError {
  override readonly name = 'IdempotencyKeyReusedError';
  readonly code = 'idempotency_key_reused';
  readonly retryable = false;

  constructor() {
    super('This Idempotency-Key was used for an earlier order with different content. Use a new key for a new order.');
  }
}

/** Why a shard does not do something for a user: another has them, or nobody for a moment. */
export interface UserRefusal {
  readonly user: string;
  /** The id of the other shard; null when this one does not know it. */
  readonly peer: number | null;
  /** The number of the move. */
  readonly move: number;
  /** The user has no orders here: `peer` is to take them in. */
  readonly new?: boolean;
  /** Set while the user is on the way to `peer`: which attempt that is, and whether its time is over. */
  readonly leaving?: { readonly attempt: number; readonly expired: boolean };
}

/** The shard, or the secret that opens it, did not respond in time; or it does not have the user now. */
export class ShardUnavailableError extends OrderFlowError {
  override readonly name = 'ShardUnavailableError';
  readonly code = 'shard_unavailable';
  readonly retryable = true;
  readonly shard: string;
  readonly refusal: UserRefusal | undefined;

  constructor(shard: string, options?: ErrorOptions & { readonly refusal?: UserRefusal | undefined }) {
    super(`The database ${shard} is not responding at the moment. Please try again.`, options);
    this.shard = shard;
    this.refusal = options?.refusal;
  }
}

/** A shard knows a later move, or a later attempt at moving a user; or a move cannot be finished there yet. */
export class MoveOverError extends OrderFlowError {
  override readonly name = 'MoveOverError';
  readonly code = 'move_over';
  readonly retryable = false;

  /** @param reason what the shard says, without a full stop */
  constructor(shard: string, reason: string, options?: ErrorOptions) {
    super(
      `${shard} refuses a step of a move: ${reason}. \`npm run shards -- status\` shows the move that is under way.`,
      options,
    );
  }
}

/** Transactions that were open before left no moment for a step of a move, or of a repair. */
export class MoveBlockedError extends OrderFlowError {
  override readonly name = 'MoveBlockedError';
  readonly code = 'move_blocked';
  readonly retryable = true;

  constructor(shard: string, attempts: number, options?: ErrorOptions) {
    super(
      `${shard} did not take a step of the move in ${attempts} attempts, since a transaction there does not end. Repeat the command, which ` +
        'goes on where it ended; if it fails again, end the transaction: pg_stat_activity has when each began.',
      options,
    );
  }
}

export class DeadlineExceededError extends OrderFlowError {
  override readonly name = 'DeadlineExceededError';
  readonly code = 'deadline_exceeded';
  readonly retryable = true;

  constructor(what: string, milliseconds: number) {
    super(`${what} took longer than ${milliseconds} ms.`);
  }
}

/** Partitions are added to the topic of confirmations before users move to a new shard; this environment may not know of them yet. */
export class UnknownShardError extends OrderFlowError {
  override readonly name = 'UnknownShardError';
  readonly code = 'unknown_shard';
  readonly retryable = true;
  readonly shards: number;

  constructor(shard: number, shards: number) {
    super(`There is no partition for shard ${shard} yet: those that there are belong to the shards 1 to ${shards}.`);
    this.shards = shards;
  }
}

export class BreakerOpenError extends OrderFlowError {
  override readonly name = 'BreakerOpenError';
  readonly code = 'breaker_open';
  readonly retryable = true;

  constructor(dependency: string) {
    super(`${dependency} failed repeatedly; it is not asked again for a few seconds.`);
  }
}

export class AccessDeniedError extends OrderFlowError {
  override readonly name = 'AccessDeniedError';
  readonly code = 'access_denied';
  readonly retryable = false;
}

/** Also thrown for an order that the caller may not read. */
export class OrderNotFoundError extends OrderFlowError {
  override readonly name = 'OrderNotFoundError';
  readonly code = 'order_not_found';
  readonly retryable = false;

  constructor() {
    super('There is no order with this id.');
  }
}

export class ReceiptPendingError extends OrderFlowError {
  override readonly name = 'ReceiptPendingError';
  readonly code = 'receipt_pending';
  readonly retryable = true;

  constructor() {
    super('The receipt of this order is not stored yet. Please try again.');
  }
}

export class ReceiptsUnavailableError extends OrderFlowError {
  override readonly name = 'ReceiptsUnavailableError';
  readonly code = 'receipts_unavailable';
  readonly retryable = true;

  constructor(options?: ErrorOptions) {
    super('The receipts are not available at the moment. Please try again.', options);
  }
}

/** The message gives the reason, and nothing of the token. */
export class InvalidTokenError extends OrderFlowError {
  override readonly name = 'InvalidTokenError';
  readonly code = 'invalid_token';
  readonly retryable = false;
}

export class IssuerUnavailableError extends OrderFlowError {
  override readonly name = 'IssuerUnavailableError';
  readonly code = 'issuer_unavailable';
  readonly retryable = true;
}
