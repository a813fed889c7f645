import { expect, it } from 'vitest';
import { readTogether } from './read-together.ts';

/** A reading that ends when it is told to. */
function reading() {
  const begun: PromiseWithResolvers<string>[] = [];
  const read = readTogether(() => {
    const present = Promise.withResolvers<string>();
    begun.push(present);
    return present.promise;
  });
  return { begun, read };
}

it('one reading serves all who ask before it begins, and the next one all who ask meanwhile', async () => {
  const { begun, read } = reading();
  const [first, second] = [read(), read()];
  await expect.poll(() => begun.length).toBe(1);
  const [third, fourth] = [read(), read()];
  begun[0]?.resolve('one');
  expect(await Promise.all([first, second])).toEqual(['one', 'one']);
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.resolve('two');
  expect(await Promise.all([third, fourth])).toEqual(['two', 'two']);
});

it('a reading that fails fails for those whom it serves alone', async () => {
  const { begun, read } = reading();
  const first = read();
  await expect.poll(() => begun.length).toBe(1);
  const second = read();
  begun[0]?.reject(new Error('unreadable'));
  await expect(first).rejects.toThrow('unreadable');
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.resolve('two');
  expect(await second).toBe('two');
});
