import type { KafkaConfig, RetryOptions } from 'kafkajs';
import { logLevel } from 'kafkajs/src/clusterClient.js';
import type { Log } from '../../domain/ports.ts';
import { signInToken } from './sign-in-token.ts';

export interface KafkaSettings {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly auth: 'iam' | 'none';
  /** The Region in which the brokers check their clients' signatures. */
  readonly region: string;
}

/** Replaces a dead connection within the 2 s that most callers wait. */
const REQUEST_RETRY: RetryOptions = { retries: 1, initialRetryTime: 50, maxRetryTime: 200 };

/** `iam`: TLS, signed in with a token that the role signs; `none`: plaintext. A request may take 1.5 s. */
export function kafkaConfig({ brokers, auth, region }: KafkaSettings, log: Log, retry = REQUEST_RETRY): KafkaConfig {
  return {
    clientId: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'orderflow',
    brokers: [...brokers],
    ...(auth === 'iam' ? signedIn(region) : {}),
    connectionTimeout: 1_000,
    authenticationTimeout: 1_500,
    requestTimeout: 1_500,
    retry,
    logLevel: logLevel.WARN,
    // At most a warning: callers know what a failure means for the order.
    logCreator:
      () =>
      ({ namespace, log: { message, broker, error } }) =>
        log.warn(`kafkajs: ${message}`, { namespace, broker, reason: error }),
  };
}

function signedIn(region: string): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const oauthBearerProvider = async () => ({ value: await signInToken(region) });
  return { ssl: true, sasl: { mechanism: 'oauthbearer', oauthBearerProvider } };
}
