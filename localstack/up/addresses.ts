import type { Running } from '../running.ts';
import type { LocalStackSettings } from '../settings.ts';

/** Where the parts are reached on this machine. @param host at which Kafka and the shards listen */
export function addressesOf(
  { ports, passwords }: LocalStackSettings,
  host: string,
): Omit<Running, 'mode' | 'runner' | 'context'> {
  return {
    localStackUrl: `http://127.0.0.1:${ports.aws}`,
    apiUrl: `http://localhost:${ports.api}`,
    kafka: `${host}:${ports.kafka}`,
    shards: ports.shards.map((port) => `${host}:${port}`),
    passwords,
  };
}
