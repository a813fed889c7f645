import { Consumer } from '@platformatic/kafka';
import { expect, it, vi } from 'vitest';
import { GroupMember } from './group-member.ts';

it('a member that is stopped while it joins leaves no timer that keeps the process from ending', async () => {
  vi.useFakeTimers();
  const joined = Promise.withResolvers<string>();
  const join = vi.spyOn(Consumer.prototype, 'joinGroup').mockReturnValue(joined.promise);
  vi.spyOn(Consumer.prototype, 'metadata').mockResolvedValue({ topics: new Map() } as never);
  vi.spyOn(Consumer.prototype, 'leaveGroup').mockResolvedValue(undefined as never);
  vi.spyOn(Consumer.prototype, 'close').mockResolvedValue(undefined as never);
  try {
    const kafka = { clientId: 'test', bootstrapBrokers: ['127.0.0.1:1'] };
    const member = new GroupMember(kafka, { topic: 'orders', consumerGroupId: 'group', startingPosition: 'LATEST' });
    void member.run(async () => {});
    await vi.waitFor(() => expect(join).toHaveBeenCalled());
    await member.stop();
    joined.resolve('member');
    await vi.advanceTimersByTimeAsync(1);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.restoreAllMocks();
    vi.useRealTimers();
  }
});
