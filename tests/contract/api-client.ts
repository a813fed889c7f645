import { setTimeout as delay } from 'node:timers/promises';
import { type ApiResponse, call } from '../support/api.ts';

export interface RequestOptions {
  /** See {@link call}. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the client's own token; null sends none. */
  readonly token?: string | null;
}

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

  /** Sends a JSON body, or none but declared as JSON. */
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
    const { body, headers, token = this.#token ?? null } = options;
    const authorization = token === null ? {} : { Authorization: `Bearer ${token}` };
    for (let attempt = 1; ; attempt += 1) {
      const response = await call(this.#base, method, path, body, { ...authorization, ...headers });
      if (response.status !== 429 || attempt === THROTTLED_TRIES) {
        const id: unknown = response.body?.order?.id;
        if (response.status === 201 && typeof id === 'string') this.placed.add(id);
        return response;
      }
      const seconds = Number(response.headers.get('retry-after') ?? 1) || 1;
      await delay(1_000 * Math.min(seconds, LONGEST_BACKOFF_S));
    }
  }
}
