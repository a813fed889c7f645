import { expect, it } from 'vitest';
import { failureText } from './failure-text.ts';

it.each([
  ['as Lambda reports one', { errorType: 'TypeError', errorMessage: 'no order' }, 'TypeError: no order'],
  [
    'whose class a bundle has renamed, by its own name',
    { errorType: 'a', errorMessage: 'There is no shard 3.', name: 'UnknownShardError' },
    'UnknownShardError: There is no shard 3.',
  ],
  ['of JavaScript', new RangeError('too large'), /^RangeError: too large \(.*failure-text\.test\.ts:\d+\)$/],
])('an error %s is shown in one line', (_, failure, text) => {
  expect(failureText(failure)).toMatch(text);
});
