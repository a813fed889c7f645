import { type Api, ApiError, type OrderQuery, type Overview } from './api.ts';

/** Between the end of a request and the next: an order of somebody else shows after half a second on average. */
export const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A page behind others is asked for rarely, so that it is nearly up to date when it comes back. */
const HIDDEN_PAUSE_MS = 60_000;

export type Liveness = 'live' | 'paused' | 'reconnecting';

export interface LiveOptions {
  readonly api: Pick<Api, 'overview'>;
  readonly query: () => OrderQuery & { readonly limit: number };
  /** Whether the reader may ask at all. */
  readonly mayAsk: () => boolean;
  readonly isHidden: () => boolean;
  /** Called with what is new; undefined when nothing has changed. */
  readonly received: (overview: Overview | undefined) => void;
  /** Called when a request fails, with its sentence. */
  readonly failed: (error: Error) => void;
}

/**
 * Keeps the page up to date. One request is on its way at most, and the next one follows a pause after its response. The pause doubles with each
 * failure, up to half a minute.
 */
export class Live {
  readonly #options: LiveOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request = new AbortController();
  #version: string | undefined;
  #failures = 0;
  #isRefused = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get liveness(): Liveness {
    if (this.#failures > 0) return 'reconnecting';
    return this.#options.isHidden() || !this.#options.mayAsk() ? 'paused' : 'live';
  }

  /** Asks at once. @param anew whether everything is wanted, because the question is another one */
  async refresh(anew = false): Promise<void> {
    if (anew) this.#version = undefined;
    clearTimeout(this.#timer);
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    if (this.#options.mayAsk()) await this.#ask(signal);
    if (signal.aborted) return;
    this.#timer = setTimeout(() => void this.refresh(), this.#pauseMs());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#request.abort();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { api, query, received, failed } = this.#options;
    const version = this.#version === undefined ? {} : { version: this.#version };
    try {
      const overview = await api.overview({ ...query(), ...version }, signal);
      if (signal.aborted) return;
      if (overview !== undefined) this.#version = overview.version;
      this.#failures = 0;
      this.#isRefused = false;
      received(overview);
    } catch (error) {
      if (signal.aborted) return;
      // The same question will be refused again; another one is asked at once.
      this.#isRefused = error instanceof ApiError && error.status >= 400 && error.status < 429;
      this.#failures = this.#isRefused ? 0 : this.#failures + 1;
      this.#version = undefined;
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #pauseMs(): number {
    if (this.#options.isHidden()) return HIDDEN_PAUSE_MS;
    if (this.#isRefused) return LONGEST_PAUSE_MS;
    return Math.min(PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
  }
}
