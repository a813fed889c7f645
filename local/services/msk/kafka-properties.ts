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
