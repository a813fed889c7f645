import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Proof, prove as realProve, Verdict } from './prove.ts';
import { proveStatements } from './run.ts';

const addresses = { aws: 'http://127.0.0.1:9' } as never;
const share = { part: 2, of: 6 };
let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
});

function proof(verdict: Verdict): Proof {
  const statement = { Effect: 'Allow', Action: 's3:PutObject', Resource: '*' };
  const of = { role: 'writer', functionName: 'fn', policy: 'p', document: { Statement: [statement] }, index: 0 };
  return { statement: { ...of, statement }, verdict };
}

/** What happens to a system of its own while statements are taken away. */
async function proveWith(prove: typeof realProve, start = async () => {}) {
  const disposed: boolean[] = [];
  const dispose = async (keepsData: boolean) => void disposed.push(keepsData);
  const createInstance = async () => ({ folder: '/data', pid: 7, addresses, start, dispose });
  const { signal } = new AbortController();
  const result = await proveStatements(share, signal, { createInstance, prove }).catch((error: Error) => error.message);
  return { result, disposed };
}

const NOTICED: Verdict = { kind: 'noticed', step: 'an order is placed', how: 'it is 503' };

it.each<[string, Verdict, boolean]>([
  ['noticed', NOTICED, true],
  ['listed', { kind: 'listed', reason: 'X-Ray' }, true],
  ['unnoticed', { kind: 'unnoticed', tried: ['an order is placed'] }, false],
])('a statement that is %s is printed as it comes, and decides the result', async (kind, verdict, expected) => {
  const { result, disposed } = await proveWith(async ({ report, runnerPid, share: taken }) => {
    expect([runnerPid, taken]).toEqual([7, share]);
    const proofs = [proof(NOTICED), proof(verdict)];
    for (const each of proofs) report(each);
    expect(printed).toHaveLength(3);
    return proofs;
  });
  expect(result).toBe(expected);
  expect(disposed).toEqual([false]);
  expect(printed.at(-1)).toMatch(new RegExp(`^\\nShare 2/6, 2 statements: .*[12] ${kind}`));
});

it.each([
  ['the start', async () => [], () => Promise.reject(new Error('no port is free'))],
  ['a step', () => Promise.reject(new Error('no port is free')), undefined],
])('the system and its data are gone when %s fails', async (_, prove, start) => {
  expect(await proveWith(prove, start)).toEqual({ result: 'no port is free', disposed: [false] });
});
