import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { order, type SeenRequest, TokenSite } from './token-site.ts';

const PATIENCE_MS = 60_000;
/** What the API says to those who write requests. */
const HEADERS = 'A valid token is required. Send it as "Authorization: Bearer <token>".';

let browser: Browser;
let site: TokenSite;
let page: Page;
let complaints: string[];

/** Alice's token is good, and no other. */
function respondToAlice({ url, method, authorization }: SeenRequest) {
  if (authorization !== 'Bearer alice.token') return { status: 401, body: { error: HEADERS } };
  if (method === 'POST') return { status: 403, body: { error: 'The token is for the orders of alice alone.' } };
  if (url.includes('bob')) return { status: 403, body: { error: 'These are not your orders.' } };
  return {
    status: 200,
    body: { version: '1', checks: { kafka: 'up' }, history: [], list: { orders: [order], count: 1 } },
  };
}

beforeAll(async () => {
  [browser, site] = await Promise.all([launchBrowser(), TokenSite.start()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

beforeEach(async () => {
  site.seen.length = 0;
  site.respond = respondToAlice;
  // A context of its own: no test finds the token of another.
  const context = await browser.newContext();
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.includes('/api/')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return () => context.close();
});

const field = () => page.getByLabel('Access token');
const row = () => page.getByRole('row').filter({ hasText: order.id });
const session = () => page.evaluate(`JSON.parse(sessionStorage.getItem('orderflow.session'))`);
/** Agrees to the token that came with the page's address. */
const agree = () => page.getByRole('button', { name: /^Sign in as / }).click();

async function signIn(token = 'alice.token'): Promise<void> {
  await field().fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('the dashboard of a deployment that asks for a token', { timeout: 3 * PATIENCE_MS }, () => {
  it('asks for one first, leaves the API alone, and then shows the orders that belong to it', async () => {
    await page.goto(site.url);
    await field().waitFor();
    expect(await page.getByRole('heading', { name: 'Place an order' }).isVisible()).toBe(false);
    await page.getByText('paused', { exact: true }).waitFor();
    expect(site.seen).toEqual([]);

    await signIn();
    await row().waitFor();
    expect(site.seen[0]).toEqual({
      method: 'GET',
      url: '/api/overview?limit=50',
      authorization: 'Bearer alice.token',
    });
    expect(await page.evaluate(`document.activeElement.id`)).toBe('place-title');
    expect(complaints).toEqual([]);
  });

  it('takes a token from its address when its reader agrees, removes it there and keeps it over a reload', async () => {
    await page.goto(`${site.url}/?view=1#access_token=alice.token&token_type=Bearer`);
    await page.getByText('Use it only if you asked for it').waitFor();
    expect(page.url()).toBe(`${site.url}/?view=1`);
    expect(site.seen).toEqual([]);
    expect(await session()).toBeNull();
    await agree();
    await row().waitFor();
    expect(await page.evaluate('history.length')).toBe(2); // the blank page and this one: no way back to the token
    await page.reload();
    await row().waitFor();
    expect(complaints).toEqual([]);
  });

  it('says whose token its address brings', async () => {
    const claims = Buffer.from(JSON.stringify({ orderflow_user: 'mallory' })).toString('base64url');
    await page.goto(`${site.url}/#access_token=e30.${claims}.x`);
    await page.getByRole('status').filter({ hasText: 'brings a token of mallory' }).waitFor();
    await page.getByRole('button', { name: 'Sign in as mallory' }).waitFor();
  });

  it('offers a token from its address while it is open', async () => {
    await page.goto(site.url);
    await field().waitFor();
    await page.goto(`${site.url}/#access_token=alice.token`);
    await agree();
    await row().waitFor();
    expect(page.url()).not.toContain('token');
  });

  it('keeps its session when an address brings another token, which goes from there all the same', async () => {
    await page.goto(site.url);
    await signIn();
    await row().waitFor();
    await page.goto(`${site.url}/#access_token=mallory.token&token_type=Bearer`);
    await expect.poll(() => page.url()).toBe(`${site.url}/`);
    await page.goto(`${site.url}/?again#access_token=mallory.token`);
    await row().waitFor();
    expect(page.url()).toBe(`${site.url}/?again`);
    expect(await session()).toEqual({ token: 'alice.token' });
    expect(await page.getByText('Use it only if you asked for it').count()).toBe(0);
    expect(site.seen.map(({ authorization }) => authorization)).not.toContain('Bearer mallory.token');
  });

  it('removes an address without a token, or with a refusal, and leaves a place within the page', async () => {
    for (const fragment of ['#access_token=', '#error=access_denied&state=1']) {
      await page.goto(`${site.url}/?${fragment.length}${fragment}`);
      await field().waitFor();
      expect(page.url()).toBe(`${site.url}/?${fragment.length}`);
    }
    await page.goto(`${site.url}/#orders-title`);
    await field().waitFor();
    expect(page.url()).toBe(`${site.url}/#orders-title`);
  });

  it('forgets token and orders at the end of the session', async () => {
    await page.goto(site.url);
    await signIn();
    await row().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await field().waitFor();
    expect(await row().count()).toBe(0);
    expect(await session()).toBeNull();
  });

  it('asks for a new token when one is refused, without a word of headers, and keeps what was typed', async () => {
    await page.goto(site.url);
    await signIn();
    await row().waitFor();
    await page.getByLabel('Product').fill('Desk');
    site.respond = () => ({ status: 401, body: { error: HEADERS } });
    await page.getByLabel('Status').selectOption('created');
    await page
      .getByRole('alert')
      .filter({ hasText: 'Sign in again: what you typed is still there.' })
      .first()
      .waitFor();
    expect(await page.getByText('Bearer').count()).toBe(0);
    expect(await field().getAttribute('aria-invalid')).toBe('true');
    expect(await row().count()).toBe(0);
    expect(await session()).toBeNull();
    const asked = site.seen.length;

    site.respond = respondToAlice;
    await signIn();
    await row().waitFor();
    expect(site.seen.slice(asked).map(({ authorization }) => authorization)).toContain('Bearer alice.token');
    expect(await page.getByLabel('Product').inputValue()).toBe('Desk');
    expect(complaints).toEqual([]);
  });

  it('says at the field that something is no token', async () => {
    await page.goto(site.url);
    await signIn('„no token“');
    await page.getByText('This is no token').waitFor();
    expect(await page.evaluate(`document.activeElement.id`)).toBe('access-token');
    expect(site.seen).toEqual([]);
  });

  it('shows what the token does not allow', async () => {
    await page.goto(site.url);
    await signIn();
    await row().waitFor();
    await page.getByLabel('Search by user or order id').fill('bob');
    await page.getByText('These are not your orders.').waitFor();
    expect(await row().count()).toBe(0);

    await page.getByLabel('User', { exact: true }).fill('bob');
    await page.getByRole('button', { name: 'Place order' }).click();
    await page.getByText('The token is for the orders of alice alone.').waitFor();
    expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true);
  });
});
