import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, logLevel, type RetryOptions } from 'kafkajs';
import type { Log } from '../../domain/ports.ts';

/** Where the brokers are and in which Region they check their clients' signatures. */
export interface KafkaSettings {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly region: string;
}

/** So that a dead connection is replaced within the 2 s that most callers give. */
const HASTY: RetryOptions = { retries: 1, initialRetryTime: 50, maxRetryTime: 200 };

/**
 * A client of an MSK cluster: TLS, signed in with a token that the function's role signs. It waits for no answer longer
 * than 1.5 s, and tries again once unless `retry` says otherwise.
 */
export function kafkaClient({ brokers, region }: KafkaSettings, log: Log, retry = HASTY): Kafka {
  return new Kafka({
    clientId: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'orderflow',
    brokers: [...brokers],
    ssl: true,
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => ({ value: (await generateAuthToken({ region })).token }),
    },
    connectionTimeout: 1_000,
    authenticationTimeout: 1_500,
    requestTimeout: 1_500,
    retry,
    logLevel: logLevel.WARN,
    // Warnings at most: what a failure means for the order is for the caller to say.
    logCreator:
      () =>
      ({ namespace, log: { message, broker, error } }) =>
        log.warn(`kafkajs: ${message}`, { namespace, broker, reason: error }),
  });
}
