import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, type KafkaConfig, logLevel, type RetryOptions } from 'kafkajs';
import type { Log } from '../../domain/ports.ts';

/** Where the brokers are and how their clients sign in. */
export interface KafkaSettings {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly auth: 'iam' | 'none';
  /** The Region in which the brokers check their clients' signatures. */
  readonly region: string;
}

/** So that a dead connection is replaced within the 2 s that most callers give. */
const HASTY: RetryOptions = { retries: 1, initialRetryTime: 50, maxRetryTime: 200 };

/**
 * A client of a Kafka cluster. With `iam` it is MSK's: TLS, signed in with a token that the function's role signs; with
 * `none` it speaks plaintext. It waits for no answer longer than 1.5 s, and tries again once unless `retry` says otherwise.
 */
export function kafkaClient({ brokers, auth, region }: KafkaSettings, log: Log, retry = HASTY): Kafka {
  return new Kafka({
    clientId: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'orderflow',
    brokers: [...brokers],
    ...(auth === 'iam' ? signedIn(region) : {}),
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

function signedIn(region: string): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const oauthBearerProvider = async () => ({ value: (await generateAuthToken({ region })).token });
  return { ssl: true, sasl: { mechanism: 'oauthbearer', oauthBearerProvider } };
}
