import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// The internal class that patches/kafkajs+2.2.4.patch changes; it has no types.
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js');

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const createQueue = (maxInFlightRequests: number | null = null) =>
  new RequestQueue({
    maxInFlightRequests,
    requestTimeout: 30_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'localhost:9092',
    logger: silent,
  });

let correlationId = 0;
function request(sendRequest: () => void) {
  correlationId += 1;
  const entry = { apiKey: 3, apiName: 'Metadata', apiVersion: 6, correlationId, resolve() {}, reject() {} };
  return { entry, expectResponse: true, sendRequest };
}

describe('the request queue of KafkaJS', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('arms no timer once its requests have a response', () => {
    const queue = createQueue();
    queue.push(request(() => undefined));
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks for no timer in the past', () => {
    const armed = vi.spyOn(globalThis, 'setTimeout');
    const queue = createQueue(1);
    for (let count = 0; count < 3; count++) queue.push(request(() => undefined));
    for (let id = correlationId - 2; id <= correlationId; id++) {
      queue.fulfillRequest({ correlationId: id, payload: Buffer.alloc(0), size: 0 });
    }
    vi.runOnlyPendingTimers();
    expect(armed.mock.calls.filter(([, delay]) => Number(delay) < 0)).toEqual([]);
  });

  it('still sends what a broker’s throttling held back', () => {
    const queue = createQueue();
    const send = vi.fn();
    queue.maybeThrottle(500);
    queue.push(request(send));
    vi.advanceTimersByTime(499);
    expect(send).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(send).toHaveBeenCalledOnce();
  });
});
