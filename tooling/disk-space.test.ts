import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { requireSpace } from './disk-space.ts';
import { UserError } from './errors.ts';

it('a disk that is too full is told before anything fails for it, with both sizes and what to do', () => {
  requireSpace(tmpdir(), 1);
  const refused = () => requireSpace(tmpdir(), 1e18);
  expect(refused).toThrow(UserError);
  expect(refused).toThrow(
    / has [\d,]+ MB left, and a run needs 1,000,000,000,000 MB\. Free some space, or name a folder/,
  );
});
