import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, type logCreator, logLevel } from 'kafkajs';
import type { Log } from '../../../tooling/log.ts';
import { REGION } from '../../aws-identity.ts';
import type { Authority } from '../../tls/authority.ts';
import type { Credentials } from '../iam/service.ts';

/** A Kafka client without TLS and authentication. @param o.bootstrapServers `host:port,host:port` */
export function plaintextKafka(o: { clientId: string; bootstrapServers: string; log: Log }): Kafka {
  return new Kafka({
    clientId: o.clientId,
    brokers: o.bootstrapServers.split(','),
    logLevel: logLevel.WARN,
    logCreator: debugLog(o.log),
  });
}

/** A Kafka client that signs in with an MSK IAM token, as a function does. */
export function signedInKafka(o: {
  credentials: Credentials;
  bootstrapServers: string;
  authority: Authority;
  log: Log;
}): Kafka {
  return new Kafka({
    clientId: 'event-source-mapping',
    brokers: o.bootstrapServers.split(','),
    ssl: { ca: [o.authority.certificatePem] },
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => {
        const awsCredentialsProvider = async () => o.credentials;
        const { token } = await generateAuthTokenFromCredentialsProvider({ region: REGION, awsCredentialsProvider });
        return { value: token };
      },
    },
    logLevel: logLevel.WARN,
    logCreator: debugLog(o.log),
  });
}

/** KafkaJS retries by itself, so its messages are details. */
function debugLog(log: Log): logCreator {
  return () =>
    ({ namespace, log: { message, error } }) =>
      log.debug('kafkajs %s: %s %s', namespace, message, error ?? '');
}
