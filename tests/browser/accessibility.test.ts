import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { call, orderOf } from '../support/api.ts';
import { violationsIn } from './accessibility.ts';
import { launchBrowser } from './browser.ts';
import { TokenSite } from './token-site.ts';

const PATIENCE_MS = 60_000;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

let browser: Browser;
let site: TokenSite;
const user = `browser-${randomUUID()}`;
let id: string;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchBrowser(), TokenSite.start()]);
  for (let placed = 0; placed < 20; placed += 1) {
    ({ id } = (await call(inject('addresses').api, 'POST', '/api/orders', orderOf(user))).body.order);
  }
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

/** A token as the page reads it; nobody verifies it here. */
const tokenOf = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

/** What the page shows, by name, and how to get there. */
const VIEWS: Record<string, (page: Page, siteUrl: string) => Promise<void>> = {
  'an empty list': async (page, siteUrl) => {
    await page.goto(`${siteUrl}/?q=nobody-${randomUUID()}`);
    await page.getByText('There are no orders of').waitFor();
  },
  'a full list': async (page, siteUrl) => {
    await page.goto(`${siteUrl}/?q=${user}`);
    await page.getByText(`20 orders of ${user}`).waitFor();
  },
  'an open order': async (page, siteUrl) => {
    await page.goto(`${siteUrl}/?order=${id}`);
    await page.getByRole('button', { name: 'Order again' }).waitFor();
  },
  'a placed order': async (page, siteUrl) => {
    await page.goto(siteUrl);
    await page.getByRole('button', { name: 'Example' }).click();
    await page.getByRole('button', { name: 'Place order' }).click();
    await page.getByRole('heading', { name: 'Order placed' }).waitFor();
  },
  'a refused order': async (page, siteUrl) => {
    await page.goto(siteUrl);
    await page.getByRole('button', { name: 'Place order' }).click();
    await page.getByText('Not placed: see the marked fields.').waitFor();
  },
  'an API that does not answer': async (page, siteUrl) => {
    await page.goto(siteUrl);
    await page.getByText('live', { exact: true }).waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.getByText('The API cannot be reached.').waitFor();
  },
  'the way to the issuer, after a failure': async (page) => {
    site.signIn = { issuer: 'https://login.example.com/', audience: 'a', clientId: 'c', sentToken: 'access' };
    await page.goto(`${site.url}/?code=1&state=1`);
    await page.getByText('This sign-in was not begun in this tab').waitFor();
  },
  'an operator’s page': async (page) => {
    site.signIn = undefined;
    site.respond = () => ({ status: 200, body: { version: '1', checks: { kafka: 'up' }, history: [] } });
    await page.goto(`${site.url}/#access_token=${tokenOf({ orderflow_user: 'olivia', roles: ['order-desk'] })}`);
    await page.getByRole('button', { name: 'Sign in as olivia' }).click();
    await page.getByText('operator, sees everybody’s orders').waitFor();
  },
  'a token that a link brings': async (page) => {
    site.signIn = undefined;
    await page.goto(`${site.url}/#access_token=${tokenOf({ orderflow_user: 'olivia' })}`);
    await page.getByRole('button', { name: 'Sign in as olivia' }).waitFor();
  },
  'the field for a token': async (page) => {
    site.signIn = undefined;
    await page.goto(site.url);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Paste a token first.').waitFor();
  },
};

describe.each([
  { colorScheme: 'light', device: 'desktop', viewport: DESKTOP },
  { colorScheme: 'dark', device: 'desktop', viewport: DESKTOP },
  { colorScheme: 'light', device: 'phone', viewport: PHONE },
  { colorScheme: 'dark', device: 'phone', viewport: PHONE },
] as const)('axe-core, $colorScheme, on a $device', { timeout: 3 * PATIENCE_MS }, ({ colorScheme, viewport }) => {
  it.each(Object.entries(VIEWS))('has no objection to %s, which fits the width', async (_, show) => {
    const page = await browser.newPage({ colorScheme, viewport });
    page.setDefaultTimeout(PATIENCE_MS);
    await show(page, inject('siteUrl'));
    expect(await violationsIn(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
    await page.close();
  });
});

describe('the keyboard alone', { timeout: 3 * PATIENCE_MS }, () => {
  it('places an order, finds it, reads it, and orders it again', async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(inject('siteUrl'));
    await page.getByText('live', { exact: true }).waitFor();
    const { keyboard } = page;
    const focus = () => page.evaluate('document.activeElement.id || document.activeElement.textContent');
    const tabTo = async (wanted: unknown) => {
      for (let presses = 0; (await focus()) !== wanted; presses += 1) {
        if (presses === 200) throw new Error(`The key Tab does not lead to ${wanted}.`);
        await keyboard.press('Tab');
      }
    };
    const buyer = `keys-${randomUUID()}`;
    await tabTo('user_id');
    for (const text of [buyer, 'Desk Lamp', '2', '45.50']) {
      await keyboard.type(text);
      await keyboard.press('Tab');
    }
    expect(await focus()).toBe('Place order');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Order placed' }).waitFor();

    await tabTo('search');
    await keyboard.type(buyer);
    await page.getByText(`1 order of ${buyer}`).waitFor();
    await tabTo('Desk Lamp');
    await keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Order' });
    // The receipt has it too, once it is there.
    await drawer.getByText('$91.00').first().waitFor();
    await keyboard.press('Escape');
    // Hidden at once, but gone only when the page has noticed.
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await focus()).toBe('Desk Lamp');

    await keyboard.press('Enter');
    await drawer.getByRole('button', { name: 'Order again' }).waitFor();
    await tabTo('Order again');
    await keyboard.press('Enter');
    await drawer.waitFor({ state: 'hidden' });
    await expect.poll(focus).toBe('user_id');
    await keyboard.press('Enter');
    await page.getByText(`2 orders of ${buyer}`).waitFor();
    await page.close();
  });
});
