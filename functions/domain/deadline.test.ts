import { describe, expect, it } from 'vitest';
import { withDeadline } from './deadline.ts';
import { DeadlineExceededError } from './errors.ts';

describe('within a deadline', () => {
  it('work that is done in time gives its result', async () => {
    expect(await withDeadline(1_000, 'Work', Promise.resolve('done'))).toBe('done');
  });

  it('work that fails gives its own error', async () => {
    await expect(withDeadline(1_000, 'Work', Promise.reject(new TypeError('no')))).rejects.toThrow(TypeError);
  });

  it('work that never ends is given up, by name', async () => {
    const waiting = withDeadline(1, 'Work', new Promise(() => undefined));
    await expect(waiting).rejects.toThrow(new DeadlineExceededError('Work', 1));
  });
});
