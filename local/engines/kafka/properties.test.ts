import { expect, it } from 'vitest';
import { serverProperties, singleBrokerProperties } from './properties.ts';

const ports = { plaintextPort: 1, saslPort: 2, saslAdvertisedPort: 3, controllerPort: 4 };

it("the broker's configuration has the settings that come on top, once each", () => {
  const lines = serverProperties(ports, 9_000, { 'auto.create.topics.enable': 'false', 'num.io.threads': '8' }).split(
    '\n',
  );
  expect(lines).toContain('auto.create.topics.enable=false');
  expect(lines.filter((line) => line.startsWith('num.io.threads='))).toEqual(['num.io.threads=8']);
});

it("singleBrokerProperties reads Kafka's properties and leaves out what needs more than one broker", () => {
  const properties =
    '# kept for a day\nretention.ms=86400000\nmin.insync.replicas=2\n\ncleanup.policy = compact\ndefault.replication.factor=3\n';
  expect(singleBrokerProperties(properties)).toEqual({ 'retention.ms': '86400000', 'cleanup.policy': 'compact' });
});
