export interface BrokerPorts {
  /** Plaintext, without limits, for the person at the machine. */
  readonly operator: number;
  /** Where the sign-in listener signs in on behalf of its clients. */
  readonly msk: number;
  /** Where clients of that listener are sent: the sign-in listener itself. */
  readonly mskAdvertised: number;
  /** The controller of this one-node cluster, used by the broker alone. */
  readonly controller: number;
}

/**
 * The configuration of a broker that is its own controller, with relative paths below its working folder.
 *
 * @param sessionTimeoutMs how long the controller waits for a broker that has vanished
 * @param further settings that come on top; MSK takes none that would move the broker
 */
export function serverProperties(
  ports: BrokerPorts,
  sessionTimeoutMs: number,
  further: Readonly<Record<string, string>> = {},
): string {
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'OPERATOR',
    listeners: `OPERATOR://127.0.0.1:${ports.operator},MSK://127.0.0.1:${ports.msk},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `OPERATOR://127.0.0.1:${ports.operator},MSK://localhost:${ports.mskAdvertised}`,
    'listener.security.protocol.map': 'OPERATOR:PLAINTEXT,MSK:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    // Tokens without a signature: the sign-in listener has checked the real one and tells the broker who it is.
    'listener.name.msk.sasl.enabled.mechanisms': 'OAUTHBEARER',
    'listener.name.msk.oauthbearer.sasl.jaas.config':
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',

    'log.dirs': 'data',
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'broker.session.timeout.ms': sessionTimeoutMs,
    'broker.heartbeat.interval.ms': Math.min(2_000, sessionTimeoutMs / 4),

    // Kafka's own topics, for one broker and a quick start.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // One consumer per group is the rule here: no use in waiting for others.
    'group.initial.rebalance.delay.ms': 0,

    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    // The default of 128 MB would be half of the heap.
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    ...further,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/**
 * Log4j: each line begins with its level. Warnings and above, and the line that says that the broker is up; the controller
 * warns at every start that it becomes active.
 */
export const LOG4J_PROPERTIES = `
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
logger.controller.name = org.apache.kafka.controller.QuorumController
logger.controller.level = error
`;

/** Settings that ask for more brokers than the one there is. */
const NEEDS_MORE_BROKERS = /replication\.factor$|min\.insync\.replicas$|min\.isr$/;

/**
 * Kafka's settings from lines `name=value`, as a template has them for brokers and topics, without those of replication:
 * the local broker is a single one.
 */
export function singleBrokerProperties(text: string): Record<string, string> {
  const entries = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()] as const);
  return Object.fromEntries(entries.filter(([name]) => !NEEDS_MORE_BROKERS.test(name)));
}
