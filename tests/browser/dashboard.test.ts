import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { call, orderOf } from '../support/api.ts';
import { queryShard } from '../support/clients.ts';
import { launchBrowser } from './browser.ts';

const PATIENCE_MS = 60_000;
const API_PATH = /\/api\//;
const PARTS = ['API', 'shard1', 'shard2', 'S3', 'Kafka'];

let browser: Browser;
let page: Page;
/** What the browser complains about: script errors, failed loads and refusals by the content security policy. */
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = [];
  page.on('console', (message) => {
    // The browser notes each 4xx and 5xx of the API; the page handles them, and they have tests of their own.
    if (message.type() === 'error' && !API_PATH.test(message.location().url)) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(inject('siteUrl'));
  return () => page.close();
});

async function order(fields: { user: string; product: string; quantity: string; price: string }): Promise<void> {
  await page.getByLabel('User', { exact: true }).fill(fields.user);
  await page.getByLabel('Product').fill(fields.product);
  await page.getByLabel('Quantity').fill(fields.quantity);
  await page.getByLabel('Unit price').fill(fields.price);
  await page.getByRole('button', { name: 'Place order' }).click();
}

describe('the dashboard', { timeout: 3 * PATIENCE_MS }, () => {
  it('places an order and lists it with its shard and its receipt', async () => {
    const user = `browser-${randomUUID()}`;
    await order({ user, product: '<b>Mechanical</b> Keyboard', quantity: '2', price: '149.99' });

    await page.getByRole('heading', { name: 'Order placed' }).waitFor();
    const id = String(await page.locator('#placed-order').textContent());
    expect(await page.locator('#placed-shard').textContent()).toBe('shard1 (A-M)');
    expect(await page.locator('#placed-receipt').textContent()).toBe(`receipts/${user}/${id}.txt`);

    await page.locator('#placed-status').getByText('confirmed').waitFor();
    const row = page.getByRole('row').filter({ hasText: id });
    await row.waitFor();
    const text = await row.textContent();
    for (const part of ['<b>Mechanical</b> Keyboard', user, 'shard1', '$299.98']) expect(text).toContain(part);

    await row.getByRole('button', { name: user }).click();
    await page.getByText(`1 order of ${user}`).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBe(2); // with the head
    expect(complaints).toEqual([]);
  });

  it('places an order once when its response is lost, and sends it again by itself', async () => {
    const user = `browser-${randomUUID()}`;
    const stored = async () => (await call(inject('addresses').api, 'GET', `/api/orders?user_id=${user}`)).body.count;
    let lost = 0;
    await page.route('**/api/orders', async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue();
      lost += 1;
      expect((await route.fetch()).status()).toBe(201);
      return route.abort();
    });
    await order({ user, product: 'Desk', quantity: '1', price: '10.00' });
    await page.getByText('The order may or may not have been placed.').waitFor();
    await page.getByRole('heading', { name: 'Order placed' }).waitFor();
    expect([lost, await stored()]).toEqual([1, 1]);

    await page.getByRole('button', { name: 'Place order' }).click();
    await expect.poll(stored).toBe(2);
  });

  it('places one order when the button is pressed twice', async () => {
    const user = `browser-${randomUUID()}`;
    await page.getByRole('button', { name: 'Example' }).click();
    await page.getByLabel('User', { exact: true }).fill(user);
    await page.getByRole('button', { name: 'Place order' }).dblclick();
    await page.getByRole('heading', { name: 'Order placed' }).waitFor();
    expect((await call(inject('addresses').api, 'GET', `/api/orders?user_id=${user}`)).body.count).toBe(1);
  });

  it('shows each part of the system, as a check found it', async () => {
    const parts = page.getByRole('list', { name: 'Health of the parts' }).getByRole('listitem');
    for (const part of PARTS) await parts.filter({ hasText: new RegExp(`^${part}\\b.* up`) }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows an order of somebody else, which becomes confirmed, without a reload', async () => {
    const user = `browser-${randomUUID()}`;
    await page.getByLabel('Search by user or order id').fill(user);
    await page.getByText(`There are no orders of ${user}.`).waitFor();
    const { body } = await call(inject('addresses').api, 'POST', '/api/orders', orderOf(user));
    const row = page.getByRole('row').filter({ hasText: body.order.id });
    await row.getByText('confirmed').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe(user);
  });

  it('narrows the list by the beginning of a user and by status, and keeps both in its address', async () => {
    const [start, other] = [`browser-${randomUUID()}`, `browser-${randomUUID()}`];
    const place = async (user: string) =>
      (await call(inject('addresses').api, 'POST', '/api/orders', orderOf(user))).body;
    await Promise.all([place(`${start}-a`), place(`${start}-b`), place(other)]);
    await page.getByLabel('Search by user or order id').fill(start.toUpperCase());
    await page.getByText(`2 orders of ${start.toUpperCase()}`).waitFor();
    await page.getByLabel('Status', { exact: true }).selectOption('confirmed');
    await page.getByText(`2 confirmed orders of ${start.toUpperCase()}`).waitFor();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      q: start.toUpperCase(),
      status: 'confirmed',
    });
    await page.reload();
    await page.getByText(`2 confirmed orders of ${start.toUpperCase()}`).waitFor();
    await page.getByLabel('Status', { exact: true }).selectOption('created');
    await page.getByText(`There are no created orders of ${start.toUpperCase()}.`).waitFor();
    expect(complaints).toEqual([]);
  });

  it('opens an order by its address, and shows its whole way', async () => {
    const { body } = await call(inject('addresses').api, 'POST', '/api/orders', orderOf(`browser-${randomUUID()}`));
    await page.goto(`${inject('siteUrl')}/?order=${body.order.id}`);
    const drawer = page.getByRole('dialog', { name: 'Order' });
    for (const step of ['Stored', 'Receipt stored', 'Event published', 'Confirmed']) {
      await drawer
        .locator('[data-done="true"]')
        .filter({ hasText: new RegExp(`^${step}`) })
        .waitFor();
    }
    const events = drawer.getByRole('list', { name: 'Its events' }).getByRole('listitem');
    await expect.poll(() => events.count()).toBe(2);
    expect(await events.first().textContent()).toMatch(/order\.created .* partition \d+, offset \d+/);
    const receipt = drawer.locator('pre').first();
    await receipt.getByText(body.order.id).waitFor();
    // The link is for those who have no token, and opens the same text.
    const opened = await page.request.get(String(await drawer.getByRole('link').getAttribute('href')));
    expect(await opened.text()).toBe(await receipt.textContent());

    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
    expect(page.url()).not.toContain('order=');
    await page.goBack();
    await drawer.waitFor();
    expect(complaints).toEqual([]);
  });

  it('leads through hundreds of orders, of which it draws those in sight, and keeps its place as others come in', async () => {
    const user = `browser-${randomUUID()}`;
    const place = () => call(inject('addresses').api, 'POST', '/api/orders', orderOf(user));
    for (let placed = 0; placed < 120; placed += 10) await Promise.all(Array.from({ length: 10 }, place));
    await page.goto(`${inject('siteUrl')}/?q=${user}`);
    await page.getByText(`The newest 50 orders of ${user}`).waitFor();
    const scrollTo = (top: number) => page.evaluate(`document.querySelector('tbody').scrollTop = ${top}`);
    await scrollTo(2_000);
    await page.getByText(`120 orders of ${user}`, { exact: true }).waitFor();
    const rows = page.locator('tbody > tr');
    expect(await rows.count()).toBeLessThan(60);

    await scrollTo(3_000);
    await page.locator('tr[aria-rowindex="60"]').waitFor();
    const { x, y } = (await page.locator('tbody').boundingBox()) ?? { x: 0, y: 0 };
    const inSight = () => page.evaluate(`document.elementFromPoint(${x + 40}, ${y + 100}).closest('tr').textContent`);
    const before = await inSight();
    await place();
    await page.getByText(`121 orders of ${user}`, { exact: true }).waitFor();
    expect(await inSight()).toBe(before);
    expect(complaints).toEqual([]);
  });

  it('shows a product that is written as HTML as the text that it is, wherever it shows', async () => {
    const [user, product] = [`browser-${randomUUID()}`, '<img src=x onerror=alert(1)>'];
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await order({ user: product, product, quantity: '1', price: '1.00' });
    await page.locator('#user_id[aria-invalid="true"]').waitFor();
    await page.getByLabel('User', { exact: true }).fill(user);
    await page.getByRole('button', { name: 'Place order' }).click();

    const id = await page.locator('#placed-order').textContent();
    await page.getByRole('row').filter({ hasText: user }).getByText(product).waitFor();
    await page.getByRole('region', { name: 'Activity' }).getByText(`${user} ordered ${product}`).waitFor();
    await page.goto(`${inject('siteUrl')}/?order=${id}`);
    const drawer = page.getByRole('dialog', { name: 'Order' });
    await drawer.locator('.drawer-product').getByText(product).waitFor();
    const receipt = drawer.locator('pre').first();
    await expect.poll(async () => ((await receipt.count()) === 1 ? receipt.textContent() : '')).toContain(product);
    await page.goto(String(await drawer.getByRole('link').getAttribute('href')));
    expect(await page.locator('body').textContent()).toContain(product);
    expect(await page.locator('img').count()).toBe(0);
    expect(dialogs).toEqual([]);
  });

  it('leads through 10,000 orders to the oldest', { timeout: 10 * PATIENCE_MS }, async () => {
    const user = `browser-${randomUUID()}`;
    // Long ago, so that they stay out of everybody else's way.
    await queryShard(
      inject('addresses'),
      'orders_shard1',
      `INSERT INTO orders (id, user_id, product_name, quantity, price, status, created_at, updated_at)
       SELECT gen_random_uuid(), $1, 'Desk ' || n, 1, 1.00, 'confirmed', at, at
       FROM generate_series(1, 10000) AS n, LATERAL (SELECT now() - interval '30 days' + n * interval '1 second' AS at)`,
      [user],
    );
    await page.goto(`${inject('siteUrl')}/?q=${user}`);
    await page.getByText(`The newest 50 orders of ${user}`).waitFor();
    const rows = page.locator('tbody > tr');
    const all = page.getByText(`10,000 orders of ${user}`, { exact: true });
    let most = 0;
    while ((await all.count()) === 0) {
      await page.evaluate(`{ const list = document.querySelector('tbody'); list.scrollTop = list.scrollHeight; }`);
      most = Math.max(most, await rows.count());
    }
    await page.evaluate(`{ const list = document.querySelector('tbody'); list.scrollTop = list.scrollHeight; }`);
    await page.getByText('Desk 1', { exact: true }).waitFor();
    expect(most).toBeLessThan(60);
    expect(complaints).toEqual([]);
  });

  it('says nothing of the former question while it asks another one', async () => {
    const user = `browser-${randomUUID()}`;
    await call(inject('addresses').api, 'POST', '/api/orders', orderOf(user));
    await page.getByText(user).first().waitFor();
    await page.evaluate(`{
      const line = document.getElementById('orders-news');
      window.told = new Set();
      new MutationObserver(() => told.add(line.textContent)).observe(line, { subtree: true, characterData: true });
    }`);
    await page.getByLabel('Search by user or order id').fill(user);
    await page.getByText(`1 order of ${user}`).waitFor();
    expect(await page.evaluate('[...told]')).toEqual(['Loading the newest orders', `1 order of ${user}`]);
  });

  it('says that the API cannot be reached, and comes back by itself', async () => {
    await page.getByText('live', { exact: true }).waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.getByText('reconnecting', { exact: true }).waitFor();
    await page.getByText('The API cannot be reached.').waitFor();
    await page.unroute('**/api/**');
    await page.getByText('live', { exact: true }).waitFor();
  });

  it('shows at the field what the server finds wrong with it', async () => {
    const user = `browser-${randomUUID()}`;
    await order({ user, product: 'Keyboard', quantity: '0', price: '1.00' });

    await page.locator('#quantity[aria-invalid="true"]').waitFor();
    expect(await page.locator('#quantity-error').textContent()).not.toBe('');
    expect(await page.locator('#form-error').textContent()).not.toBe('');
    expect(await page.locator('#price').getAttribute('aria-invalid')).toBeNull();

    await page.getByLabel('Search by user or order id').fill(user);
    await page.getByText(`There are no orders of ${user}.`).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is guarded by its content security policy', async () => {
    const injected = page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="x">')`);
    await expect(injected).rejects.toThrow(/TrustedHTML/);
  });
});
