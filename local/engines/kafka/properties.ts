export interface BrokerAccess {
  /** Where on loopback it listens; clients are sent to 127.0.0.1. */
  readonly host: string;
  /** Plaintext and unrestricted, for the person at the machine. */
  readonly plaintextPort: number;
  /** For the sign-in listener, on behalf of its clients. */
  readonly saslPort: number;
  /** The port of the sign-in listener, which those clients are sent to. */
  readonly saslAdvertisedPort: number;
  /** The claim in which the unsigned tokens on `saslPort` name the user: a secret, so that nobody else can make one. */
  readonly userClaim: string;
  readonly controllerPort: number;
}

/** May do everything: Kafka's name for whoever comes to a listener without sign-in, and so the operator's. */
export const SUPER_USER = 'ANONYMOUS';

/**
 * The `server.properties` of a broker that is its own controller. Paths are relative to its working folder.
 *
 * @param sessionTimeoutMs how long the controller waits for a broker that has vanished
 * @param further settings that override these; MSK accepts none that would move the broker
 */
export function serverProperties(
  access: BrokerAccess,
  sessionTimeoutMs: number,
  further: Readonly<Record<string, string>> = {},
): string {
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${access.host}:${access.controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'OPERATOR',
    listeners: `OPERATOR://${access.host}:${access.plaintextPort},MSK://${access.host}:${access.saslPort},CONTROLLER://${access.host}:${access.controllerPort}`,
    'advertised.listeners': `OPERATOR://127.0.0.1:${access.plaintextPort},MSK://127.0.0.1:${access.saslAdvertisedPort}`,
    'listener.security.protocol.map': 'OPERATOR:PLAINTEXT,MSK:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    // Unsigned tokens: the sign-in listener has verified the real one and tells the broker who the client is.
    'listener.name.msk.sasl.enabled.mechanisms': 'OAUTHBEARER',
    'listener.name.msk.oauthbearer.sasl.jaas.config': `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker" unsecuredValidatorPrincipalClaimName="${access.userClaim}";`,

    'log.dirs': 'data',
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'broker.session.timeout.ms': sessionTimeoutMs,
    'broker.heartbeat.interval.ms': Math.min(2_000, sessionTimeoutMs / 4),

    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // A group has one consumer here, so there is nobody to wait for.
    'group.initial.rebalance.delay.ms': 0,

    // Otherwise the controller writes a record every 500 ms, for monitors of a cluster.
    'metadata.max.idle.interval.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    // The default of 128 MB is a third of the heap.
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    ...further,

    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${SUPER_USER}`,
    // Has no effect on IAM roles: https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
    'allow.everyone.if.no.acl.found': false,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Each line begins with its level. Only warnings pass, the line that says the broker is up, and what the broker denies. */
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
logger.authorizer.name = kafka.authorizer.logger
logger.authorizer.level = info
# The controller warns at every start that it becomes active.
logger.controller.name = org.apache.kafka.controller.QuorumController
logger.controller.level = error
`;

const NEEDS_MORE_BROKERS = /replication\.factor$|min\.insync\.replicas$|min\.isr$/;

/** Parses a template's `name=value` lines for a broker, and drops settings that need more than one broker. */
export function singleBrokerProperties(text: string): Record<string, string> {
  const entries = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()] as const);
  return forSingleBroker(Object.fromEntries(entries));
}

/** Drops settings of a broker or a topic that need more than one broker. */
export function forSingleBroker(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !NEEDS_MORE_BROKERS.test(name)));
}
