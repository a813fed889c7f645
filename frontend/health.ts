/** One part of the system as the API found it a moment ago. */
export interface PartHealth {
  /** What the API calls the part: `shard1`, `receipts`, `kafka`. */
  readonly name: string;
  readonly up: boolean;
}

/**
 * Reads the parts out of the answer of `GET /health`: `{"checks":{"shard1":"up","kafka":"down"}, ...}`.
 *
 * A part is up only when the answer says so; the mere arrival of the answer says nothing about it.
 */
export function parseHealth(answer: unknown): PartHealth[] {
  const checks = typeof answer === 'object' && answer !== null && 'checks' in answer ? answer.checks : undefined;
  return Object.entries(checks ?? {}).map(([name, state]) => ({ name, up: state === 'up' }));
}
