import type { Log } from '../../../../tooling/log.ts';
import { register } from '../../register.ts';
import { errorTextOf, LambdaError } from '../errors.ts';
import type { Invoke, InvokeOptions, InvokeResult } from '../function-definition.ts';
import { qualifiedFunctionArn, qualifiedFunctionName } from '../function-name.ts';
import { DEFAULT_EVENT_INVOKE_CONFIG, type EventInvokeConfig } from './event-invoke-config.ts';
import { type Condition, invocationRecord } from './invocation-record.ts';

/** Before the second and the third attempt. */
const RETRY_DELAYS_MS = [60_000, 120_000];
/** After the first throttling, and at most. */
const THROTTLED_DELAYS_MS = { first: 1_000, longest: 300_000 };

interface QueuedEvent {
  readonly requestId: string;
  /** With its version or alias; `$LATEST` when the caller named none. */
  readonly functionArn: string;
  readonly payload: string;
  readonly options: InvokeOptions;
  readonly acceptedAt: number;
}

export interface AsyncInvocationsOptions {
  readonly invoke: Invoke;
  /** @throws LambdaError when the function's role may not invoke its destination */
  readonly requireDestination: (functionArn: string, destination: string) => void;
  /** Whether a function reserves a concurrency of 0, which switches it off. */
  readonly isOff: (functionArn: string) => boolean;
  readonly log: Log;
}

/**
 * Asynchronous invocations, in memory: a function that fails is invoked again after one minute and after two more. One that is throttled
 * gets the event later, after 1 s at first and 5 min at most. Then, or when the event is too old, a destination is told.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncInvocations {
  readonly #options: AsyncInvocationsOptions;
  readonly #configs = new Map<string, EventInvokeConfig>();
  readonly #stopping = new AbortController();
  #pending = 0;

  constructor(options: AsyncInvocationsOptions) {
    this.#options = options;
  }

  /** @param qualifiedName `<name>:<version or alias>`. @returns takes the configuration away again */
  configure(qualifiedName: string, config: EventInvokeConfig): () => void {
    return register(this.#configs, qualifiedName, config);
  }

  /** Accepts an event. @returns the id of the request, which all attempts have */
  enqueue(nameOrArn: string, payload: string, options: InvokeOptions = {}): string {
    const requestId = crypto.randomUUID();
    const arn = qualifiedFunctionArn(nameOrArn);
    const functionArn = arn.split(':').length > 7 ? arn : `${arn}:$LATEST`;
    const event = { requestId, functionArn, payload, options, acceptedAt: performance.now() };
    this.#pending += 1;
    this.#process(event)
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#options.log.error('%s was not invoked: %s', functionArn, error);
      })
      .finally(() => {
        this.#pending -= 1;
      });
    return requestId;
  }

  /** Gives up the events that wait for another attempt. */
  stop(): void {
    if (this.#pending > 0) this.#options.log.warn('%d asynchronous invocations end with this run', this.#pending);
    this.#stopping.abort();
  }

  async #process(event: QueuedEvent): Promise<void> {
    const { log, isOff } = this.#options;
    const { functionArn, payload, acceptedAt } = event;
    const config = this.#configs.get(qualifiedFunctionName(functionArn)) ?? DEFAULT_EVENT_INVOKE_CONFIG;
    let result: InvokeResult | undefined;
    let count = 0;
    const finish = (condition: Condition) => {
      if (condition !== 'Success')
        log.error('%s: the event is given up after %d attempts: %s', functionArn, count, condition);
      const destination = condition === 'Success' ? config.onSuccess : config.onFailure;
      if (destination === undefined) return;
      this.#options.requireDestination(functionArn, destination);
      this.enqueue(destination, JSON.stringify(invocationRecord(event, condition, count, result)));
    };

    if (isOff(functionArn)) return finish('ZeroReservedConcurrency');
    for (let throttled = 0; ; ) {
      const attempt = await this.#attempt(event);
      let waitMs: number;
      if (attempt === 'throttled') {
        waitMs = Math.min(THROTTLED_DELAYS_MS.first * 2 ** throttled, THROTTLED_DELAYS_MS.longest);
        throttled += 1;
      } else {
        result = attempt;
        count += 1;
        if (!result.functionError) return finish('Success');
        log.error('%s failed: %s', functionArn, errorTextOf(result.payload));
        if (count > config.maxRetries) return finish('RetriesExhausted');
        waitMs = RETRY_DELAYS_MS[count - 1] ?? 0;
      }
      // As recorded, an event that would be too old by then is given up at once.
      if (performance.now() - acceptedAt + waitMs > config.maxAgeMs) return finish('EventAgeExceeded');
      log.debug('%s gets its event of %d bytes again in %d s', functionArn, payload.length, waitMs / 1000);
      await new Promise((resolve) => void setTimeout(resolve, waitMs).unref());
      if (this.#stopping.signal.aborted) return;
    }
  }

  async #attempt({ requestId, functionArn, payload, options }: QueuedEvent): Promise<InvokeResult | 'throttled'> {
    try {
      return await this.#options.invoke(functionArn, payload, { ...options, requestId, signal: this.#stopping.signal });
    } catch (error) {
      const later = error instanceof LambdaError && (error.code === 'TooManyRequestsException' || error.status >= 500);
      if (!later) throw error;
      return 'throttled';
    }
  }
}
