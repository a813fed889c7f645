import { type PartHealth, parseHealth } from './health.ts';
import type { Session } from './session.ts';

/** An order as the API tells it. Times are RFC 3339, the price is in dollars. */
export interface Order {
  readonly id: string;
  readonly user_id: string;
  readonly product_name: string;
  readonly quantity: number;
  readonly price: number;
  readonly status: string;
  readonly receipt_s3_key: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The answer to a new order. */
export interface PlacedOrder {
  readonly order: Order;
  readonly shard: string;
  readonly shard_info: string;
  readonly receipt: string;
  /** Whether the receipt is `stored` and the event `published`, or `pending`. */
  readonly delivery: { readonly receipt: string; readonly event: string };
}

/** One page of orders, newest first. */
export interface OrderPage {
  readonly orders: readonly Order[];
  readonly next_cursor?: string;
  readonly partial?: boolean;
  readonly unavailable_shards?: readonly string[];
}

/** What the server finds wrong with one field. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A request that failed; the message is a sentence for the reader. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** The HTTP status, 0 when there was no answer. */
  readonly status: number;
  readonly problems: readonly Problem[];

  /** Whether the request may have taken effect all the same: its response was lost, or a server failed half-way. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  constructor(message: string, options: { status: number; problems?: readonly Problem[]; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.status = options.status;
    this.problems = options.problems ?? [];
  }
}

/** The API, as far as the page uses it. Every method throws ApiError, or AbortError when its signal aborts. */
export interface Api {
  /** @param key the order's `Idempotency-Key`: with the same one again, the same order is not placed twice */
  placeOrder(fields: Record<string, unknown>, key: string): Promise<PlacedOrder>;
  listOrders(query: { user?: string; limit: number; cursor?: string }, signal: AbortSignal): Promise<OrderPage>;
  health(): Promise<PartHealth[]>;
}

// A cold start in the cloud takes seconds; API Gateway itself gives up after 29.
const TIMEOUT_MS = 30_000;

/**
 * @param baseUrl where the API answers, without a trailing slash; empty for the page's own origin
 * @param session gives the token that orders are asked for with, and is told when the API refuses it
 */
export function createApi(baseUrl: string, session?: Pick<Session, 'token' | 'refuse'>): Api {
  const send = async (path: string, init: RequestInit, accepted: readonly number[] = []) => {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(baseUrl + path, { ...init, signal, cache: 'no-store' });
      body = parseJson(await response.text());
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new ApiError('The API does not answer.', { status: 0, cause });
    }
    if (response.ok ? body === undefined : !accepted.includes(response.status)) throw errorFrom(response.status, body);
    return body;
  };

  const sendSignedIn = async (path: string, init: RequestInit) => {
    const token = session?.token();
    if (token === undefined) return send(path, init);
    try {
      return await send(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) session?.refuse(token, error.message);
      throw error;
    }
  };

  return {
    placeOrder: async (fields, key) => {
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
      const init = { method: 'POST', headers, body: JSON.stringify(fields) };
      return (await sendSignedIn('/api/orders', init)) as PlacedOrder;
    },
    listOrders: async ({ user, limit, cursor }, signal) => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (user) query.set('user_id', user);
      if (cursor) query.set('cursor', cursor);
      return (await sendSignedIn(`/api/orders?${query}`, { signal })) as OrderPage;
    },
    // A part that is down makes the answer a 503 that still names every part.
    health: async () => parseHealth(await send('/health', {}, [503])),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML page, for one: the status tells what there is to tell.
    return undefined;
  }
}

function errorFrom(status: number, body: unknown): ApiError {
  const { error, details } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const message = typeof error === 'string' ? error : `The API answered ${status} without saying why.`;
  const problems = Array.isArray(details)
    ? details.map((detail) => ({ path: String(detail?.path ?? ''), message: String(detail?.message ?? '') }))
    : [];
  return new ApiError(message, { status, problems });
}
