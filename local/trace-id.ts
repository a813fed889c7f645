import { randomBytes } from 'node:crypto';

/**
 * The root of an `X-Amzn-Trace-Id`, which stands for the whole way of a request.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 *
 * @returns undefined for a header without one; a client may have written it
 */
export function traceRoot(header: string): string | undefined {
  return /(?:^|;)\s*Root=([\w-]{1,80})(?:;|\s*$)/.exec(header)?.[1];
}

/** A trace of its own, as the header `X-Amzn-Trace-Id` has it. */
export function newTraceId(): string {
  const time = Math.floor(Date.now() / 1000).toString(16);
  const [root, parent] = [randomBytes(12), randomBytes(8)].map((bytes) => bytes.toString('hex'));
  return `Root=1-${time}-${root};Parent=${parent};Sampled=0`;
}
