import { expect, it, onTestFinished, vi } from 'vitest';
import { pollWithin } from './timing.ts';

it('a wait ends when its time is over, however the wall clock is set meanwhile', async () => {
  const begun = performance.now();
  const clock = vi.spyOn(Date, 'now');
  onTestFinished(() => clock.mockRestore());
  const seen = await pollWithin(200, () => {
    clock.mockReturnValue(0);
    // Bounds the test where the wait would never end.
    return performance.now() - begun > 10_000 && 'never ended';
  });
  expect(seen).toBeUndefined();
});
