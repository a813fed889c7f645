import { describe, expect, it } from 'vitest';
import { topicProperties } from './topic.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const read = (Configs?: string) => topicProperties.parse({ TopicName: 'orders', PartitionCount: '6', Configs });

describe('the settings of a topic', () => {
  it('are base64 of JSON, and without those that need more than one broker', () => {
    const settings = { 'cleanup.policy': 'compact', 'min.insync.replicas': '2' };
    expect(read(base64(JSON.stringify(settings))).configs).toEqual({ 'cleanup.policy': 'compact' });
    expect(read().configs).toEqual({});
  });

  it('may be base64 of lines, too', () => {
    const lines = 'cleanup.policy=compact\nretention.ms = 1000\nmin.insync.replicas=2\n';
    expect(read(base64(lines)).configs).toEqual({ 'cleanup.policy': 'compact', 'retention.ms': '1000' });
  });

  it.each(['cleanup.policy', 'a=1\nb', '{"retention.ms":1000}', '["compact"]', ''])('are refused as %j', (text) => {
    expect(() => read(base64(text))).toThrow('must be base64 of lines such as retention.ms=1000, or of a JSON object');
  });
});
