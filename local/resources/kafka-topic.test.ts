import { expect, it } from 'vitest';
import { topicConfigs } from './kafka-topic.ts';

it("topicConfigs reads a topic's properties and leaves out what needs more than one broker", () => {
  const properties = '# kept for a day\nretention.ms=86400000\nmin.insync.replicas=2\n\ncleanup.policy = compact\n';
  expect(topicConfigs(Buffer.from(properties).toString('base64'))).toEqual({
    'retention.ms': '86400000',
    'cleanup.policy': 'compact',
  });
});
