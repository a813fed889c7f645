import { setTimeout as delay } from 'node:timers/promises';

/** A response as a client sees it. */
export interface ApiResponse {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly body: unknown;
}

export interface RequestOptions {
  /** Sent as it is when it is a string, otherwise as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the client's own token; null sends none. */
  readonly token?: string | null;
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
const THROTTLED_TRIES = 5;
const LONGEST_BACKOFF_S = 5;

/** Speaks to a deployment and remembers which orders it has placed there. */
export class ApiClient {
  readonly #base: string;
  readonly #token: string | undefined;
  /** Ids of the orders in all 201 responses, expected or not. */
  readonly placed = new Set<string>();

  constructor(base: string, token?: string) {
    this.#base = base;
    this.#token = token;
  }

  get(path: string, options?: RequestOptions): Promise<ApiResponse> {
    return this.send('GET', path, options);
  }

  /** Sends a JSON body. */
  post(path: string, body: unknown, options: RequestOptions = {}): Promise<ApiResponse> {
    const headers = { 'Content-Type': 'application/json', ...options.headers };
    return this.send('POST', path, { ...options, body, headers });
  }

  /**
   * Sends a request, and sends it again when it is throttled: others may use the deployment at the same time.
   *
   * @throws NoResponseError
   */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<ApiResponse> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#sendOnce(method, path, options);
      if (response.status !== 429 || attempt === THROTTLED_TRIES) {
        const id = (response.body as { order?: { id?: unknown } } | null | undefined)?.order?.id;
        if (response.status === 201 && typeof id === 'string') this.placed.add(id);
        return response;
      }
      const seconds = Number(response.headers.get('retry-after') ?? 1) || 1;
      await delay(1_000 * Math.min(seconds, LONGEST_BACKOFF_S));
    }
  }

  async #sendOnce(method: string, path: string, options: RequestOptions): Promise<ApiResponse> {
    const { body, headers, token = this.#token ?? null } = options;
    const authorization = token === null ? {} : { Authorization: `Bearer ${token}` };
    try {
      const response = await fetch(this.#base + path, {
        method,
        headers: { ...authorization, ...headers },
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
