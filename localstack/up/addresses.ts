import type { Running } from '../running.ts';
import type { LocalStackSettings } from '../settings.ts';

export type TargetContext = Readonly<Record<string, string>>;

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

/** CDK context for containers. They reach each other by the names of the compose file, which are the app's defaults. */
export function contextForContainers({ ports }: LocalStackSettings): TargetContext {
  return {
    target: 'localstack',
    apiUrl: `http://localhost:${ports.api}`,
    s3Endpoint: `http://s3.localhost.localstack.cloud:${ports.aws}`,
  };
}

/** CDK context for processes of this machine. */
export function contextForProcesses({ ports }: LocalStackSettings): TargetContext {
  return {
    target: 'localstack',
    apiUrl: `http://localhost:${ports.api}`,
    s3Endpoint: `http://127.0.0.1:${ports.aws}`,
    kafkaBrokers: `127.0.0.1:${ports.kafka}`,
    shardAddresses: ports.shards.map((port) => `127.0.0.1:${port}`).join(','),
  };
}
