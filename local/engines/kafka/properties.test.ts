import { expect, it } from 'vitest';
import { serverProperties, singleBrokerProperties } from './properties.ts';

const access = {
  host: '127.0.0.1',
  plaintextPort: 1,
  saslPort: 2,
  saslAdvertisedPort: 3,
  userClaim: 'c',
  controllerPort: 4,
};

it("the broker's configuration has the settings that come on top, once each", () => {
  const lines = serverProperties(access, 9_000, { 'auto.create.topics.enable': 'false', 'num.io.threads': '8' }).split(
    '\n',
  );
  expect(lines).toContain('auto.create.topics.enable=false');
  expect(lines.filter((line) => line.startsWith('num.io.threads='))).toEqual(['num.io.threads=8']);
});

it('no setting of a template opens the broker to users without an access list', () => {
  const lines = serverProperties(access, 9_000, { 'allow.everyone.if.no.acl.found': 'true', 'super.users': 'User:*' });
  expect(lines).not.toMatch(/allow.everyone.if.no.acl.found=true|User:\*/);
});

it("singleBrokerProperties reads Kafka's properties and leaves out what needs more than one broker", () => {
  const properties =
    '# kept for a day\nretention.ms=86400000\nmin.insync.replicas=2\n\ncleanup.policy = compact\ndefault.replication.factor=3\n';
  expect(singleBrokerProperties(properties)).toEqual({ 'retention.ms': '86400000', 'cleanup.policy': 'compact' });
});
