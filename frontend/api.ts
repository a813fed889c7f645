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

/** Which orders to list; what is undefined or empty does not narrow the list. */
export interface OrderQuery {
  /** The beginning of a user id, or an order id. */
  readonly q?: string | undefined;
  readonly status?: string | undefined;
}

/** One page of orders, newest first. */
export interface OrderPage {
  readonly orders: readonly Order[];
  readonly next_cursor?: string;
  readonly partial?: boolean;
  readonly unavailable_shards?: readonly string[];
}

/** How many orders, and their worth in dollars as exact text. */
export interface Tally {
  readonly orders: number;
  readonly revenue: string;
}

export interface Lag {
  readonly orders: number;
  /** In milliseconds; null when there are none. */
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
}

interface ByStatus {
  readonly by_status: { readonly created: Tally; readonly confirmed: Tally };
}

export interface ShardStatistics extends Tally, ByStatus {
  readonly shard: string;
  readonly shard_info: string;
  readonly outbox: { readonly orders: number; readonly oldest_age_seconds: number };
}

export interface Statistics extends Tally, ByStatus {
  readonly as_of: string;
  readonly shards: readonly ShardStatistics[];
  /** The last 60, oldest first; the last one is still running. */
  readonly minutes: readonly (Tally & { readonly at: string })[];
  readonly lags: { readonly published: Lag; readonly confirmed: Lag };
  readonly partial?: boolean;
  readonly unavailable_shards?: readonly string[];
}

/** A part went down or came back. */
export interface Transition {
  readonly part: string;
  readonly state: 'up' | 'down';
  readonly at: string;
}

/** All that the open page shows. */
export interface Overview {
  readonly version: string;
  /** By part, as the API calls it: `shard1`, `receipts`, `kafka`. */
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
  /** Newest first. */
  readonly history: readonly Transition[];
  readonly stats?: Statistics;
  readonly list?: OrderPage;
}

/** An order and how far it has come. */
export interface OrderDetail extends PlacedOrder {
  /** Null where a step has not happened, or its time is not known. */
  readonly way: {
    readonly stored_at: string;
    readonly receipt_stored_at: string | null;
    readonly event_published_at: string | null;
    readonly confirmed_at: string | null;
  };
  /** Where the event lies in the topic, when that is known. */
  readonly event?: { readonly partition: number; readonly offset: number };
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
  /** The page after a cursor. */
  listOrders(query: OrderQuery & { limit: number; cursor?: string }, signal: AbortSignal): Promise<OrderPage>;
  /** @returns undefined when nothing has changed since `version` */
  overview(query: OrderQuery & { limit: number; version?: string }, signal: AbortSignal): Promise<Overview | undefined>;
  order(id: string, signal: AbortSignal): Promise<OrderDetail>;
  /** Where a reader finds the receipt; undefined where a token is needed, which an address cannot have. */
  receiptUrl(id: string): string | undefined;
}

// A cold start in the cloud takes seconds; API Gateway itself gives up after 29.
const TIMEOUT_MS = 30_000;
/** Of an open page, which asks again anyway. */
const OVERVIEW_TIMEOUT_MS = 10_000;

/**
 * @param baseUrl where the API answers, without a trailing slash; empty for the page's own origin
 * @param session gives the token that orders are asked for with, and is told when the API refuses it
 */
export function createApi(baseUrl: string, session?: Pick<Session, 'token' | 'refuse'>): Api {
  const send = async (path: string, init: RequestInit, timeoutMs: number) => {
    const limit = AbortSignal.timeout(timeoutMs);
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
    if (!response.ok || typeof body !== 'object' || body === null) throw errorFrom(response.status, body);
    return body;
  };

  const sendSignedIn = async (path: string, init: RequestInit, timeoutMs = TIMEOUT_MS) => {
    const token = session?.token();
    if (token === undefined) return send(path, init, timeoutMs);
    try {
      return await send(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }, timeoutMs);
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
    listOrders: async (query, signal) => (await sendSignedIn(`/api/orders?${toQuery(query)}`, { signal })) as OrderPage,
    overview: async (query, signal) => {
      const body = (await sendSignedIn(`/api/overview?${toQuery(query)}`, { signal }, OVERVIEW_TIMEOUT_MS)) as object;
      return 'unchanged' in body ? undefined : (body as Overview);
    },
    receiptUrl: (id) => (session === undefined ? `${baseUrl}/api/orders/${encodeURIComponent(id)}/receipt` : undefined),
    order: async (id, signal) =>
      (await sendSignedIn(`/api/orders/${encodeURIComponent(id)}`, { signal })) as OrderDetail,
  };
}

function toQuery(values: object): URLSearchParams {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(set.map(([name, value]) => [name, String(value)]));
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
