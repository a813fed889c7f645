import { type ShardRange, shardName } from '../../functions/domain/shard-map.ts';
import { UserError } from '../../tooling/errors.ts';

/** Addresses of the stand-ins for what LocalStack lacks. */
export interface LocalStackTarget {
  /** `host:port` of each shard's Postgres, in the order of the shard map, as functions reach it. */
  readonly shardAddresses: readonly string[];
  /** `host:port,host:port`, plaintext, as functions reach it. */
  readonly kafkaBrokers: string;
  /** As browsers reach it. */
  readonly apiUrl: string;
  /** As browsers reach it, for receipts. */
  readonly s3Endpoint: string;
}

/** As in docker-compose.yml. */
export const COMPOSE_ADDRESSES = {
  kafkaBrokers: 'kafka:19092',
  apiUrl: 'http://localhost:8080',
  s3Endpoint: 'http://s3.localhost.localstack.cloud:4566',
};

export type GivenAddresses = { readonly [Key in keyof LocalStackTarget]?: LocalStackTarget[Key] | undefined };

/** Completes the addresses with those of docker-compose.yml. @throws UserError unless there is one for each shard */
export function localStackTarget(given: GivenAddresses, shards: readonly ShardRange[]): LocalStackTarget {
  const { shardAddresses = shards.map((range) => `${shardName(range)}:5432`) } = given;
  if (shardAddresses.length !== shards.length) {
    throw new UserError(
      `Context "shardAddresses": one address is needed for each shard, and the shard map has ${shards.length}; ` +
        `got ${JSON.stringify(shardAddresses.join(','))}.`,
    );
  }
  return {
    shardAddresses,
    kafkaBrokers: given.kafkaBrokers ?? COMPOSE_ADDRESSES.kafkaBrokers,
    apiUrl: given.apiUrl ?? COMPOSE_ADDRESSES.apiUrl,
    s3Endpoint: given.s3Endpoint ?? COMPOSE_ADDRESSES.s3Endpoint,
  };
}
