import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { call } from '../support/api.ts';
import { launchBrowser } from './browser.ts';

const PATIENCE_MS = 60_000;
const API_PATH = /\/(health|api\/orders)(\?|$)/;
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
    const id = String(await page.locator('#answer-order').textContent());
    expect(await page.locator('#answer-shard').textContent()).toBe('shard1 (A-M)');
    expect(await page.locator('#answer-receipt').textContent()).toBe(`receipts/${user}/${id}.txt`);

    const row = page.getByRole('row').filter({ hasText: id });
    await row.waitFor();
    const text = await row.textContent();
    for (const part of ['<b>Mechanical</b> Keyboard', user, 'shard1', `receipts/${user}/${id}.txt`]) {
      expect(text).toContain(part);
    }

    await row.getByRole('button', { name: user }).click();
    await page.getByText(`1 order of ${user}`).waitFor();
    expect(await page.getByRole('row').count()).toBe(2); // with the head
    expect(complaints).toEqual([]);
  });

  it('places an order once when its response is lost and it is placed again', async () => {
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
    await page.getByText('The order may have been placed.').waitFor();

    await page.getByRole('button', { name: 'Place order' }).click();
    await page.getByRole('heading', { name: 'Order placed' }).waitFor();
    expect(await stored()).toBe(1);

    await page.getByRole('button', { name: 'Place order' }).click();
    await expect.poll(stored).toBe(2);
  });

  it('shows a light for each part, lit by a check of that part', async () => {
    const lights = page.getByRole('list', { name: 'Health of the parts' }).getByRole('listitem');
    for (const part of PARTS) {
      await lights.filter({ hasText: new RegExp(`^\\s*${part}\\s+up\\s*$`) }).waitFor();
    }
    expect(await lights.count()).toBe(PARTS.length);
    expect(complaints).toEqual([]);
  });

  it('shows at the field what the server finds wrong with it', async () => {
    const user = `browser-${randomUUID()}`;
    await order({ user, product: 'Keyboard', quantity: '0', price: '1.00' });

    await page.locator('#quantity[aria-invalid="true"]').waitFor();
    expect(await page.locator('#quantity-error').textContent()).not.toBe('');
    expect(await page.locator('#form-error').textContent()).not.toBe('');
    expect(await page.locator('#price').getAttribute('aria-invalid')).toBeNull();

    await page.getByLabel('Only this user').fill(user);
    await page.getByText(`${user} has no orders yet.`).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is guarded by its content security policy', async () => {
    const injected = page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="x">')`);
    await expect(injected).rejects.toThrow(/TrustedHTML/);
  });
});
