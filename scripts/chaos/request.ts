/** Longer than API Gateway lets a request take, 29 s: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const TIMEOUT_MS = 31_000;

export interface Attempt {
  /** `performance.now()` when it was sent. */
  readonly startedAt: number;
  readonly milliseconds: number;
  /** Undefined when no response came: what the request has done is not known. */
  readonly status: number | undefined;
  /** The release that responded, where two run side by side: `former` or `present`. */
  readonly release?: string | undefined;
}

/** Sends a request as a client does. @returns with the body, or with the reason why none came */
export async function request(
  url: string,
  signal: AbortSignal,
  init: RequestInit = {},
): Promise<{ readonly attempt: Attempt; readonly text: string; readonly headers: Headers }> {
  const startedAt = performance.now();
  const took = () => ({ startedAt, milliseconds: performance.now() - startedAt });
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url, { ...init, signal: limited });
    const { status, headers } = response;
    const text = await response.text();
    return { attempt: { ...took(), status, release: headers.get('x-release') ?? undefined }, text, headers };
  } catch (error) {
    const text = String((error as Error).cause ?? error);
    return { attempt: { ...took(), status: undefined }, text, headers: new Headers() };
  }
}
