import { setTimeout as delay } from 'node:timers/promises';
import { NoAnswer } from './mismatch.ts';

/** An answer as a client sees it. */
export interface Answer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the text holds when it is JSON, otherwise undefined. */
  readonly body: unknown;
}

export interface RequestOptions {
  /** Sent as it is when it is a text, otherwise as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the client's own token; null sends none. */
  readonly token?: string | null;
}

/** API Gateway gives a function 29 s. */
const TIMEOUT_MS = 35_000;
const THROTTLED_TRIES = 5;
const LONGEST_BACKOFF_S = 5;

/** Speaks to the deployment, and remembers what it heard. */
export class Client {
  readonly #base: string;
  readonly #token: string | undefined;
  /** Every answer so far. */
  readonly heard: Answer[] = [];

  constructor(base: string, token: string | undefined) {
    this.#base = base;
    this.#token = token;
  }

  get(path: string, options?: RequestOptions): Promise<Answer> {
    return this.send('GET', path, options);
  }

  /** Sends a JSON body as the contract wants it. */
  post(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json', ...options.headers };
    return this.send('POST', path, { ...options, body, headers });
  }

  /**
   * Sends a request. One that is throttled is sent again, since others may use the deployment meanwhile.
   *
   * @throws NoAnswer
   */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#sendOnce(method, path, options);
      if (answer.status !== 429 || attempt === THROTTLED_TRIES) {
        this.heard.push(answer);
        return answer;
      }
      const seconds = Number(answer.headers.get('retry-after') ?? 1) || 1;
      await delay(1_000 * Math.min(seconds, LONGEST_BACKOFF_S));
    }
  }

  async #sendOnce(method: string, path: string, options: RequestOptions): Promise<Answer> {
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
      throw new NoAnswer(`an answer to ${method} ${path}`, reasonOf(error));
    }
  }
}

/** Why a request got no answer, in a few words: fetch hides the reason in the cause. */
export function reasonOf(error: unknown): string {
  const { name, cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return `nothing came within ${TIMEOUT_MS / 1_000} s`;
  return cause?.code ?? cause?.message ?? message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever expects JSON here will say what came instead.
    return undefined;
  }
}
