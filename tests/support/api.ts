import { randomUUID } from 'node:crypto';

/** A response as a client sees it. */
export interface ApiResponse {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at the wire, and say what they expect there.
  readonly body: any;
}

/** No response came. */
export class NoResponseError extends Error {
  override name = 'NoResponseError';
  /** The cause in a few words, such as `ECONNREFUSED`. */
  readonly reason: string;

  constructor(request: string, cause: unknown) {
    const reason = reasonOf(cause);
    super(`no response to ${request}: ${reason}`, { cause });
    this.reason = reason;
  }
}

/** API Gateway gives a function 29 s. */
const TIMEOUT_MS = 35_000;

/**
 * Sends a request to a base URL, once. Redirects are not followed.
 *
 * @param body sent as it is when it is a string, otherwise as JSON; declared as JSON unless the headers say otherwise
 * @throws NoResponseError
 */
export async function call(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiResponse> {
  const sent = new Headers(body === undefined ? {} : { 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  try {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: sent,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { method, path, status: response.status, headers: response.headers, text, body: parseJson(text) };
  } catch (error) {
    throw new NoResponseError(`${method} ${path}`, error);
  }
}

/** A valid order for a user. */
export function orderOf(userId: string) {
  return { user_id: userId, product_name: 'Mechanical Keyboard', quantity: 2, price: 149.99 };
}

/** A user id that no other test uses; its first letter decides the shard. */
export function newUser(firstLetter: string): string {
  return `${firstLetter}${randomUUID()}`;
}

/** fetch hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const { name, cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return `timed out after ${TIMEOUT_MS / 1_000} s`;
  return cause?.code ?? cause?.message ?? message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
