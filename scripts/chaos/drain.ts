import { setTimeout as delay } from 'node:timers/promises';
import type { Addresses } from '../../local/start.ts';
import { type Backlog, readBacklog } from './inspect/shards.ts';

const LOOK_EVERY_MS = 500;
const TELL_EVERY_MS = 5_000;

/**
 * Waits until all orders that were created before a time are delivered and confirmed.
 *
 * @param options.tell called now and then with what is still to be done
 * @returns seconds that it took; undefined when the limit was reached first
 */
export async function waitUntilDrained(options: {
  addresses: Addresses;
  before?: Date;
  limitSeconds: number;
  tell: (backlog: string) => void;
  signal: AbortSignal;
}): Promise<number | undefined> {
  const { addresses, before, limitSeconds, tell, signal } = options;
  const begun = performance.now();
  let tellAt = begun + TELL_EVERY_MS;
  for (;;) {
    const backlog = await readBacklog(addresses, before).catch((error: Error) => error);
    const now = performance.now();
    if (!(backlog instanceof Error) && backlog.outboxRows + backlog.unconfirmed === 0) return (now - begun) / 1000;
    if (now > begun + limitSeconds * 1000) return undefined;
    if (now > tellAt) {
      tell(describe(backlog));
      tellAt = now + TELL_EVERY_MS;
    }
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

function describe(backlog: Backlog | Error): string {
  if (backlog instanceof Error) return `a shard does not answer: ${backlog.message}`;
  return `${backlog.outboxRows} rows in the outbox, ${backlog.unconfirmed} orders not confirmed`;
}
