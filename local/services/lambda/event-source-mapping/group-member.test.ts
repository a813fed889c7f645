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

it('what is processed within a moment is committed with one request: of each partition its last offset', async () => {
  vi.useFakeTimers();
  const commit = vi.spyOn(Consumer.prototype, 'commit').mockResolvedValue(undefined as never);
  try {
    const kafka = { clientId: 'test', bootstrapBrokers: ['127.0.0.1:1'] };
    const member = new GroupMember(kafka, { topic: 'orders', consumerGroupId: 'group', startingPosition: 'LATEST' });
    const commits = [member.commit(0, 5), member.commit(1, 7), member.commit(0, 6)];
    await vi.advanceTimersByTimeAsync(99);
    expect(commit).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all(commits);
    const offset = (partition: number, next: bigint) => ({ topic: 'orders', partition, offset: next, leaderEpoch: -1 });
    expect(commit.mock.calls).toEqual([[{ offsets: [offset(0, 6n), offset(1, 7n)] }]]);
  } finally {
    vi.restoreAllMocks();
    vi.useRealTimers();
  }
});
