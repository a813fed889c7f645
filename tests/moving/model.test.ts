import { describe, expect, it } from 'vitest';
import { type Actor, archiver, confirmer, creator, lister, mover, moverWithTimeFor, relay } from './actors.ts';
import { check } from './judge.ts';
import type { Rules } from './rules.ts';

const REQUESTS = { 'request a': creator('a', 'k'), 'request b': creator('b', 'k') };
const RELAYS = { relay: relay('source'), "target's relay": relay('target') };

/** A user who is copied by two runs at least, unless the second order comes after the first page. */
const RUNS = { mover: moverWithTimeFor(1), 'next mover': mover };

describe('a user who moves', () => {
  it.each<[string, Readonly<Record<string, Actor>>]>([
    ['two requests of one key', { mover, ...REQUESTS }],
    ['a mover that was taken for dead and wakes', { mover, 'next mover': mover, request: creator('a') }],
    ['a run that ends too early and one order more', { ...RUNS, confirmation: confirmer('o'), request: creator('p') }],
    ['a run that ends too early and one order that sorts first', { ...RUNS, request: creator('a') }],
    ['both relays and a request', { mover, ...RELAYS, request: creator('a') }],
    ['a confirmation and a request', { mover, confirmation: confirmer('o'), request: creator('a') }],
    ['a list that asks the target first', { mover, list: lister('target'), archiver, request: creator('a') }],
    ['a list that asks the source first', { mover, list: lister('source'), archiver, request: creator('a') }],
  ])(
    'loses and doubles nothing beside %s, whoever runs next and whoever ends for ever at which step',
    async (_, actors) => {
      const { states, counterexample } = await check(actors);
      expect(counterexample).toBeUndefined();
      expect(states).toBeGreaterThan(1_000);
    },
  );
});

describe('a rule is needed', () => {
  it.each<[rule: keyof Rules, wrong: string, actors: Readonly<Record<string, Actor>>]>([
    ['guardWrites', 'a is lost, although its client or Kafka was told of it', { mover, request: creator('a') }],
    ['refuseFirst', 'the user has two owners', { mover, request: creator('a') }],
    ['restIsChanges', 'the confirmation of o is lost', { mover, confirmation: confirmer('o') }],
    ['changesStay', 'the confirmation of o is lost', { ...RUNS, confirmation: confirmer('o'), request: creator('p') }],
    ['stayIsAnew', 'the user has no owner for ever', { mover, request: creator('a') }],
    ['relayHasLease', 'o is published twice, although nobody has crashed', { mover, ...RELAYS }],
    ['settleFollows', 'a is published twice, although nobody has crashed', { mover, ...RELAYS, request: creator('a') }],
    ['listsAskTwice', 'a list lacks o', { mover, list: lister('target') }],
    ['listsDropDoubles', 'a list has o twice', { mover, list: lister('target') }],
    ['confirmationsFollow', 'the confirmation of o is lost', { mover, confirmation: confirmer('o') }],
  ])('%s: without it, %s', async (rule, wrong, actors) => {
    const { counterexample = [] } = await check(actors, { [rule]: false });
    expect(counterexample.at(-1)).toBe(wrong);
    const text = [`Without ${rule}:`, ...counterexample.slice(0, -1), `=> ${wrong}`, ''].join('\n');
    await expect(text).toMatchFileSnapshot(`counterexamples/${rule}.txt`);
  });
});
