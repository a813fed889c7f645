/**
 * The root of an `X-Amzn-Trace-Id`, which stands for the whole way of a request.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 *
 * @returns undefined for a header without one; a client may have written it
 */
export function traceRoot(header: string): string | undefined {
  return /(?:^|;)\s*Root=([\w-]{1,80})(?:;|\s*$)/.exec(header)?.[1];
}
