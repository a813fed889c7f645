import { channel } from 'node:diagnostics_channel';

/** What a program has spent time on. */
export interface TimedPart {
  readonly name: string;
  /** Of `performance.now()`. */
  readonly fromMs: number;
  readonly tookMs: number;
}

const parts = channel('timed-parts');

/** Does some work, and tells {@link collectTimes} how long it took. @throws what it throws */
export async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (!parts.hasSubscribers) return work();
  const fromMs = performance.now();
  try {
    return await work();
  } finally {
    parts.publish({ name, fromMs, tookMs: performance.now() - fromMs } satisfies TimedPart);
  }
}

/** Collects what {@link timed} is told from now on. @returns ends that, and returns the parts in the order in which they began */
export function collectTimes(): () => TimedPart[] {
  const collected: TimedPart[] = [];
  const collect = (part: unknown) => void collected.push(part as TimedPart);
  parts.subscribe(collect);
  return () => {
    parts.unsubscribe(collect);
    return collected.sort((a, b) => a.fromMs - b.fromMs);
  };
}
