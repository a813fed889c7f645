import { setTimeout as delay } from 'node:timers/promises';
import type { SignatureV4 } from '@smithy/signature-v4';
import { AwsServiceError, serviceError } from './aws-service-error.ts';
import { exchange } from './http-exchange.ts';
import { requestSigner } from './request-signer.ts';

const ATTEMPTS = 2;
const ATTEMPT_MS = 1_500;
const LONGEST_PAUSE_MS = 100;
/** AWS takes no signature that is older or younger. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

export interface AwsRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Encoded. */
  readonly path: string;
  /** Not encoded. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Sends signed requests to an AWS service, and repeats once what AWS SDKs repeat, after at most 100 ms even when throttled: a request of a user waits.
 * It lacks what an SDK works out anew for each request.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export class AwsClient {
  readonly #address: URL;
  readonly #signer: SignatureV4;
  readonly #limitMs: number;
  readonly #attemptMs: number;
  /** How far the service's clock is ahead of this one. */
  #aheadMs = 0;

  /**
   * @param service its name in signatures, such as `s3`
   * @param limitMs for a request, both attempts together
   * @param attemptMs for each of them
   */
  constructor(service: string, region: string, address: URL, limitMs = 2_000, attemptMs = ATTEMPT_MS) {
    this.#address = address;
    this.#signer = requestSigner(service, region);
    this.#limitMs = limitMs;
    this.#attemptMs = attemptMs;
  }

  /**
   * @returns the body of the response
   * @throws AwsServiceError when the service refuses; NoResponseError or what Node throws when there is no response
   */
  async send(request: AwsRequest): Promise<string> {
    const started = performance.now();
    const left = () => this.#limitMs - (performance.now() - started);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(request, Math.min(left(), this.#attemptMs));
      } catch (error) {
        const final = error instanceof AwsServiceError && !error.retryable;
        const pause = Math.random() * LONGEST_PAUSE_MS;
        if (final || attempt === ATTEMPTS || left() <= pause) throw error;
        await delay(pause);
      }
    }
  }

  async #attempt({ method, path, query = {}, headers, body }: AwsRequest, milliseconds: number): Promise<string> {
    const address = this.#address;
    const { protocol, hostname, host } = address;
    const request = {
      method,
      protocol,
      hostname,
      path,
      query,
      headers: { ...headers, ...aboutCaller(), host },
      body,
    };
    const signingDate = new Date(Date.now() + this.#aheadMs);
    const signed = await this.#signer.sign(request, { signingDate });
    const sent = { method, address, path: path + encodedQuery(query), headers: signed.headers, body };
    const response = await exchange(sent, milliseconds);
    if (response.status < 300) return response.body;
    throw serviceError(response, this.#hasOtherClock(response.headers.date));
  }

  /** Whether the service's clock was not the one that the request was signed by. The next one is. */
  #hasOtherClock(date: string | undefined): boolean {
    const ahead = Date.parse(date ?? '') - Date.now();
    const differs = Math.abs(ahead - this.#aheadMs) > CLOCK_TOLERANCE_MS;
    if (differs) this.#aheadMs = ahead;
    return differs;
  }
}

function encodedQuery(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map((pair) => pair.map(encodeURIComponent).join('='));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** For AWS's logs, and for Lambda's detection of loops: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html */
function aboutCaller(): Record<string, string> {
  const { AWS_LAMBDA_FUNCTION_NAME, _X_AMZN_TRACE_ID } = process.env;
  return {
    'user-agent': AWS_LAMBDA_FUNCTION_NAME ?? 'orderflow',
    ...(_X_AMZN_TRACE_ID && { 'x-amzn-trace-id': _X_AMZN_TRACE_ID }),
  };
}
