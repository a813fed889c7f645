import { expect, it } from 'vitest';
import { singleBrokerProperties } from './kafka-properties.ts';

it("singleBrokerProperties reads Kafka's properties and leaves out what needs more than one broker", () => {
  const properties =
    '# kept for a day\nretention.ms=86400000\nmin.insync.replicas=2\n\ncleanup.policy = compact\ndefault.replication.factor=3\n';
  expect(singleBrokerProperties(properties)).toEqual({ 'retention.ms': '86400000', 'cleanup.policy': 'compact' });
});
