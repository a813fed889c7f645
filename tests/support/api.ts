import { randomUUID } from 'node:crypto';

/** A response of the API as a client sees it. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at the wire, and say what they expect there.
  readonly body: any;
}

/** Sends a request to a base URL; a body that is not a string is sent as JSON. */
export async function call(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiResponse> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    redirect: 'manual',
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** A valid order for a user. */
export function orderOf(userId: string) {
  return { user_id: userId, product_name: 'Mechanical Keyboard', quantity: 2, price: 149.99 };
}

/** A user id that no other test uses; its first letter decides the shard. */
export function newUser(firstLetter: string): string {
  return `${firstLetter}${randomUUID()}`;
}
