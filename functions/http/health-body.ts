import type { HealthBody } from '../contract/http/responses.ts';

/** @param parts by name whether each is up */
export function toChecksBody(parts: ReadonlyMap<string, boolean>): HealthBody['checks'] {
  return Object.fromEntries([...parts].map(([name, up]) => [name, up ? 'up' : 'down']));
}
