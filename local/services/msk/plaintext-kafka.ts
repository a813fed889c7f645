import { Kafka, type logCreator, logLevel } from 'kafkajs';
import type { Log } from '../../../tooling/log.ts';

/**
 * A Kafka client without encryption and sign-in.
 *
 * @param o.bootstrapServers `host:port,host:port`
 */
export function plaintextKafka(o: { clientId: string; bootstrapServers: string; log: Log }): Kafka {
  return new Kafka({
    clientId: o.clientId,
    brokers: o.bootstrapServers.split(','),
    logLevel: logLevel.WARN,
    logCreator: debugLog(o.log),
  });
}

/** KafkaJS retries by itself, so what it has to say is detail. */
export function debugLog(log: Log): logCreator {
  return () =>
    ({ namespace, log: { message, error } }) =>
      log.debug('kafkajs %s: %s %s', namespace, message, error ?? '');
}
