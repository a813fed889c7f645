import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { checkLists } from './list-checker.ts';
import { newLoad } from './load.ts';
import { seededRandom } from './random.ts';

type Answer = { status?: number; orders?: string[]; of?: string; next?: string; partial?: true; release?: string };

/** What the checker says of lists whose pages are these, one request after the other. */
async function check(answers: Answer[], { patient = false, of = 'users' as 'users' | 'everybody' } = {}) {
  const remaining = [...answers];
  const server = createServer((_, response) => {
    const { status = 200, orders = [], of = 'Guser0', next, partial, release } = remaining.shift() ?? {};
    if (release) response.setHeader('x-release', release);
    response.statusCode = status;
    response.end(JSON.stringify({ orders: orders.map((id) => ({ id, user_id: of })), next_cursor: next, partial }));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const load = newLoad();
  const body = { user_id: 'Guser0', product_name: 'Chaos order 1', quantity: 1, price: 1 };
  load.acknowledged.push({
    wanted: { number: 1, idempotencyKey: '1', body },
    id: 'new',
    shard: 'shard1',
    createdAt: '',
    tries: 1,
    answer: {},
    receiptStored: true,
  });
  return checkLists({
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    load,
    storedOrders: new Map([['Guser0', 2]]),
    random: seededRandom(1),
    of,
    patient,
    isEnough: () => remaining.length === 0,
    signal: AbortSignal.timeout(60_000),
  });
}

it('a list is complete when all of its pages together have every order', async () => {
  const pages = [{ orders: ['new', 'b'], next: '1' }, { orders: ['a'] }];
  expect(await check(pages)).toMatchObject({ lists: 1, problems: [] });
});

it.each<[string, Answer[], string]>([
  ['lacks an order that was acknowledged', [{ orders: ['a', 'b', 'c'] }], 'lacked 1 orders: new'],
  ['lacks one that was stored before', [{ orders: ['new', 'a'] }], 'had 2 of 3 orders'],
  ['has one twice', [{ orders: ['new', 'a'], next: '1' }, { orders: ['a', 'b'] }], 'had 1 orders twice'],
  ['has orders of somebody else', [{ orders: ['new', 'a', 'b'], of: 'Auser1' }], 'had orders of Auser1'],
  ['fails twice', [{ status: 503 }, { status: 503 }], 'failed 2 times: 503'],
  ['of one user is partial', [{ orders: ['new'], partial: true }], 'had 1 of 3 orders'],
])('names a list that %s', async (_what, pages, problem) => {
  expect((await check(pages)).problems.join()).toContain(`a list of Guser0 ${problem}`);
});

it('a list of everybody may lack orders when it says so, but have none twice', async () => {
  expect(await check([{ orders: ['a'], partial: true }], { of: 'everybody' })).toMatchObject({
    partial: 1,
    problems: [],
  });
  const { problems } = await check([{ orders: ['a', 'a'], partial: true }], { of: 'everybody' });
  expect(problems).toEqual(['a list of everybody had 1 orders twice']);
});

it('a former release may lack orders of a user who moves', async () => {
  expect(await check([{ orders: ['a'], release: 'former' }])).toMatchObject({ incomplete: 1, problems: [] });
  expect(await check([{ orders: ['a'], release: 'present' }])).toMatchObject({ incomplete: 0, problems: [{}, {}] });
});

it('a patient reader asks again until a shard is back', async () => {
  const pages = [{ status: 503 }, { status: 503 }, { status: 503 }, { orders: ['new', 'a', 'b'] }];
  const { lists, attempts, problems } = await check(pages, { patient: true });
  expect([lists, attempts.length, problems]).toEqual([1, 4, []]);
});
