import type {
  CreatedOrderBody,
  ErrorBody,
  FoundOrderBody,
  OrderBody,
  OrderPageBody,
  OrderStatisticsBody,
  OverviewBody,
  ReceiptBody,
} from '../functions/contract/http/responses.ts';
import { SignInError } from './oidc-client.ts';
import { type Session, SIGNED_OUT } from './session.ts';

export type Order = OrderBody;
/** The response to a new order. */
export type PlacedOrder = CreatedOrderBody;
/** An order and how far it has come. */
export type OrderDetail = FoundOrderBody;
export type OrderPage = OrderPageBody;
export type Statistics = OrderStatisticsBody;
/** All that the open page shows. */
export type Overview = OverviewBody;
/** A part went down or came back. */
export type Transition = Overview['history'][number];
export type Receipt = ReceiptBody;
/** What the server finds wrong with one field. */
export type Problem = NonNullable<ErrorBody['details']>[number];

/** Which orders to list; what is undefined or empty does not narrow the list. */
export interface OrderQuery {
  /** The beginning of a user id, or an order id. */
  readonly q?: string | undefined;
  readonly status?: string | undefined;
}

/** A request that failed; the message is a sentence for the reader. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** The HTTP status, 0 when there was no response. */
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
  receipt(id: string, signal: AbortSignal): Promise<Receipt>;
}

// A cold start in the cloud takes seconds; API Gateway itself gives up after 29.
const TIMEOUT_MS = 30_000;
/** Of an open page, which asks again anyway. */
const OVERVIEW_TIMEOUT_MS = 10_000;

/**
 * @param baseUrl where the API responds, without a trailing slash; empty for the page's own origin
 * @param session gives the token that orders are asked for with, and another one when the API refuses it
 */
export function createApi(baseUrl: string, session?: Pick<Session, 'token' | 'replace' | 'refuse'>): Api {
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
      throw new ApiError('The API does not respond.', { status: 0, cause });
    }
    if (!response.ok || typeof body !== 'object' || body === null) throw errorFrom(response.status, body);
    return body;
  };

  const sendSignedIn = async (path: string, init: RequestInit, timeoutMs = TIMEOUT_MS) => {
    if (session === undefined) return send(path, init, timeoutMs);
    const token = await session.token();
    if (token === undefined) throw new ApiError(SIGNED_OUT, { status: 401 });
    const sendWith = (bearer: string) =>
      send(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${bearer}` } }, timeoutMs);
    try {
      return await sendWith(token);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
    }
    const another = await session.replace(token).catch((cause: unknown) => {
      if (!(cause instanceof SignInError)) throw cause;
      throw new ApiError(cause.message, { status: 0, cause });
    });
    try {
      if (another !== undefined) return await sendWith(another);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      session.refuse(another as string);
    }
    // What the API says is for those who write requests.
    throw new ApiError(SIGNED_OUT, { status: 401 });
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
    receipt: async (id, signal) => {
      const init = { headers: { Accept: 'application/json' }, signal };
      return (await sendSignedIn(`/api/orders/${encodeURIComponent(id)}/receipt`, init)) as Receipt;
    },
    order: async (id, signal) =>
      (await sendSignedIn(`/api/orders/${encodeURIComponent(id)}`, { signal })) as OrderDetail,
  };
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
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
  const message = typeof error === 'string' ? error : `The API responded with ${status} without saying why.`;
  const problems = Array.isArray(details)
    ? details.map((detail) => ({ path: String(detail?.path ?? ''), message: String(detail?.message ?? '') }))
    : [];
  return new ApiError(message, { status, problems });
}
