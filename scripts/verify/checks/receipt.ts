import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, reasonOf } from '../client.ts';
import { expectHeader, expectStatus, expectThat } from '../expectations.ts';
import { NoAnswer } from '../mismatch.ts';
import { need, type PlacedOrder, type Suite } from '../suite.ts';

const PAUSE_MS = 500;
const FETCH_TIMEOUT_MS = 15_000;

/** `GET /api/orders/{id}/receipt`, and the receipt that it leads to. */
export async function checkReceipt(suite: Suite, placed: PlacedOrder | undefined): Promise<void> {
  const { check } = suite;
  const location = await check('GET /api/orders/{id}/receipt leads to the receipt (302)', async () => {
    const answer = await waitForReceipt(suite, need(placed, 'order to ask for').answer.order.id);
    expectHeader(answer, 'location', /^https?:\/\//);
    return answer.headers.get('location') ?? '';
  });
  await check('the receipt is a text that tells everything about its order', async () => {
    const { order, shard } = need(placed, 'order to ask for').answer;
    const text = await fetchReceipt(need(location, 'address of the receipt'));
    const cents = Math.round(order.price * 100);
    const total = ((order.quantity * cents) / 100).toFixed(2);
    for (const part of [
      order.id,
      order.user_id,
      shard,
      order.product_name,
      String(order.quantity),
      order.price.toFixed(2),
      total,
      order.created_at,
    ]) {
      expectThat(text.includes(part), `a receipt that says ${part}`, () => text);
    }
  });
}

/** The answer once the receipt is there: until then it is a 404 that says when to come back. */
async function waitForReceipt({ api, settings }: Suite, id: string): Promise<Answer> {
  const deadline = performance.now() + settings.patienceMs;
  for (;;) {
    const answer = await api.get(`/api/orders/${id}/receipt`);
    const pending = answer.status === 404 && answer.headers.has('retry-after');
    if (!pending || performance.now() > deadline) {
      expectStatus(answer, 302);
      return answer;
    }
    await delay(PAUSE_MS);
  }
}

/** Without the token: the address alone opens the receipt. */
async function fetchReceipt(location: string): Promise<string> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(location, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    throw new NoAnswer('a receipt at the address', reasonOf(error));
  }
  expectThat(response.status === 200, 'status 200 from the bucket', () => `status ${response.status} ${text}`);
  const type = response.headers.get('content-type') ?? 'none';
  expectThat(/^text\/plain\b/.test(type), 'content type text/plain', () => type);
  return text;
}
