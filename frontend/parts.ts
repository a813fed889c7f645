import type { Overview } from './api.ts';

const NAMES: Readonly<Record<string, string>> = { kafka: 'Kafka', receipts: 'S3' };

/** What people call a part of the system. */
export function partName(part: string): string {
  return NAMES[part] ?? part;
}

/** A part that is down. */
export interface Outage {
  readonly part: string;
  /** When it was noticed; undefined when nobody knows. */
  readonly since: string | undefined;
  /** What that means for orders, in a sentence. */
  readonly meaning: string;
}

/** The parts that are down, with what that means. */
export function outagesOf({ checks, history }: Pick<Overview, 'checks' | 'history'>): Outage[] {
  return Object.entries(checks)
    .filter(([, state]) => state === 'down')
    .map(([part]) => {
      const last = history.find((transition) => transition.part === part);
      return { part, since: last?.state === 'down' ? last.at : undefined, meaning: meaningOf(part) };
    });
}

function meaningOf(part: string): string {
  if (part === 'kafka') return 'Orders are stored. Their events wait and are published when Kafka is back.';
  if (part === 'receipts') return 'Orders are stored and confirmed. Their receipts are written when S3 is back.';
  return 'Its users cannot place orders or see theirs until it is back. All others can.';
}
