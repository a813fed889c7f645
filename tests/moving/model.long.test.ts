import { expect, it } from 'vitest';
import { confirmer, creator, mover, relay } from './actors.ts';
import { check } from './judge.ts';

it('a user who moves loses and doubles nothing, whatever two requests of one key, relay, confirmation and mover do at once', {
  timeout: 1_800_000,
}, async () => {
  const requests = { 'request a': creator('a', 'k'), 'request b': creator('b', 'k') };
  const { states, counterexample } = await check({
    mover,
    ...requests,
    relay: relay('source'),
    confirmation: confirmer('o'),
  });
  expect(counterexample).toBeUndefined();
  expect(states).toBeGreaterThan(100_000);
});
