import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadAuthority } from '../../local/tls/authority.ts';
import { LOCAL_ISSUER_CONTEXT, type LocalIssuer, startLocalIssuer } from '../../scripts/issuer/local-issuer.ts';
import { launchBrowser } from './browser.ts';
import { order, type SeenRequest, TokenSite } from './token-site.ts';

const PATIENCE_MS = 60_000;
/** The page renews a token that is short-lived after half its time. */
const SHORT_SECONDS = 4;

const { audience, clientId } = LOCAL_ISSUER_CONTEXT;

let dir: string;
let browser: Browser;
let site: TokenSite;
let issuer: LocalIssuer;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'orderflow-issuer-'));
  [browser, site] = await Promise.all([launchBrowser(), TokenSite.start()]);
  const certificate = await (await loadAuthority(dir, 'public')).issue('issuer');
  const tokenSeconds = SHORT_SECONDS;
  issuer = await startLocalIssuer({ certificate, port: 0, page: `${site.url}/`, operators: ['olivia'], tokenSeconds });
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await issuer?.stop();
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  site.seen.length = 0;
  site.signIn = { issuer: issuer.url, audience, clientId, sentToken: 'access' };
  site.respond = respondToBearer;
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && message.location().url.startsWith(site.url)) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return () => context.close();
});

/** Accepts genuine tokens of the issuer for this API, as an authorizer does. */
async function respondToBearer({ method, authorization = '' }: SeenRequest) {
  const keys = createLocalJWKSet(await publishedKeys());
  const checks = { issuer: issuer.url, audience };
  const claims = await jwtVerify(authorization.replace('Bearer ', ''), keys, checks).then(
    ({ payload }) => payload,
    () => undefined,
  );
  if (claims === undefined) return { status: 401, body: { error: 'Send it as "Authorization: Bearer <token>".' } };
  if (method === 'POST') return { status: 403, body: { error: `This is ${claims.orderflow_user}.` } };
  return {
    status: 200,
    body: { version: '1', checks: { kafka: 'up' }, history: [], list: { orders: [order], count: 1 } },
  };
}

/** What the issuer publishes of its keys; the test does not trust its certificate, which is the browser's affair. */
async function publishedKeys() {
  const response = await page.context().request.get(`${issuer.url}/jwks`);
  return response.json();
}

const button = () => page.getByRole('button', { name: `Sign in at ${new URL(issuer.url).host}` });
const row = () => page.getByRole('row').filter({ hasText: order.id });
const session = () =>
  page.evaluate<{ refreshToken: string }>(`JSON.parse(sessionStorage.getItem('orderflow.session'))`);
const bearers = () => [...new Set(site.seen.map(({ authorization }) => authorization))];

async function fillInForm(user: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(user);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

async function signIn(user: string): Promise<void> {
  await button().click();
  await fillInForm(user);
  await page.getByText(`Signed in as ${user}`).waitFor();
}

describe('the dashboard of a deployment with a client id', { timeout: 3 * PATIENCE_MS }, () => {
  it('signs its reader in at the issuer, says who it is, and is where it was', async () => {
    await page.goto(`${site.url}/?q=ali#orders-title`);
    expect(await page.getByRole('heading', { name: 'Place an order' }).isVisible()).toBe(false);
    await signIn('alice');
    await row().waitFor();
    expect(page.url()).toBe(`${site.url}/?q=ali`);
    expect(await page.getByText('operator').count()).toBe(0);
    expect(await page.getByLabel('Access token').count()).toBe(0);
    await page.reload();
    await row().waitFor();
    expect(complaints).toEqual([]);
  });

  it('does not ask for the user that the token decides, and places the order for that one', async () => {
    await page.goto(site.url);
    await signIn('alice');
    expect(await page.getByLabel('User', { exact: true }).count()).toBe(0);
    await page.getByLabel('Product').fill('Desk');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'Place order' }).click();
    expect((await sent).postDataJSON()).toMatchObject({ user_id: 'alice', product_name: 'Desk' });
    await page.getByText('This is alice.').waitFor();
  });

  it('tells an operator that everybody’s orders are shown, and lets them place their own', async () => {
    await page.goto(site.url);
    await signIn('olivia');
    await page.getByText('operator, sees everybody’s orders').waitFor();
    expect(await page.getByLabel('User', { exact: true }).count()).toBe(0);
  });

  it('is used by keyboard alone', async () => {
    await page.goto(site.url);
    await button().waitFor();
    const focus = () => page.evaluate('document.activeElement.textContent');
    for (let presses = 0; !String(await focus()).startsWith('Sign in at'); presses += 1) {
      expect(presses).toBeLessThan(20);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await fillInForm('alice');
    await row().waitFor();
  });

  it('renews the token before it expires, with refresh tokens that rotate, and nobody notices', async () => {
    await page.goto(site.url);
    await signIn('alice');
    await row().waitFor();
    const { refreshToken } = await session();
    await row().evaluate((element: { mark?: string }) => {
      element.mark = 'the same';
    });
    await expect.poll(() => bearers().length, { timeout: PATIENCE_MS }).toBeGreaterThan(2);
    expect((await session()).refreshToken).not.toBe(refreshToken);
    expect(await row().evaluate((element: { mark?: string }) => element.mark)).toBe('the same');
    expect(complaints).toEqual([]);
  });

  it('ends the session when somebody else has used its refresh token, and keeps what is typed over the next sign-in', async () => {
    await page.goto(site.url);
    await signIn('alice');
    await row().waitFor();
    await page.getByLabel('Product').fill('Desk');
    const { refreshToken } = await session();
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken };
    await page.context().request.post(`${issuer.url}/token`, { form });
    await page.getByRole('alert').filter({ hasText: 'Your sign-in is not valid' }).waitFor();
    expect(await row().count()).toBe(0);
    expect(await session()).toBeNull();

    // The issuer still knows the reader.
    await button().click();
    await row().waitFor();
    expect(await page.getByLabel('Product').inputValue()).toBe('Desk');
  });

  it.each(['state', 'nonce', 'codeVerifier'])('refuses a response that does not fit the %s', async (secret) => {
    await page.goto(site.url);
    await button().click();
    await page.getByPlaceholder('Enter any login').waitFor();
    await page.addInitScript((name) => {
      const text = sessionStorage.getItem('orderflow.sign_in');
      if (text === null) return;
      const tampered = { ...JSON.parse(text), [name]: 'x'.repeat(43) };
      sessionStorage.setItem('orderflow.sign_in', JSON.stringify(tampered));
    }, secret);
    await fillInForm('alice');
    const sentence =
      secret === 'codeVerifier'
        ? 'The identity provider refused'
        : 'The response of the identity provider is not valid';
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
    expect(page.url()).toBe(`${site.url}/`);
    expect(await session()).toBeNull();
    expect(site.seen).toEqual([]);
  });

  it('takes no response to a sign-in of somebody else', async () => {
    await page.goto(`${site.url}/?code=mallory&state=mallory&iss=${encodeURIComponent(issuer.url)}`);
    await page.getByText('This sign-in was not begun in this tab').waitFor();
    expect(page.url()).toBe(`${site.url}/`);
    await page.goto(`${site.url}/#access_token=mallory.token`);
    await button().waitFor();
    expect(page.url()).toBe(`${site.url}/`);
    expect(site.seen).toEqual([]);
  });

  it('signs its reader out at the issuer, too', async () => {
    await page.goto(site.url);
    await signIn('alice');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await button().waitFor();
    expect(await session()).toBeNull();
    await button().click();
    await page.getByPlaceholder('Enter any login').waitFor();
  });

  it('says that sign-in needs HTTPS where the page has none', async () => {
    const insecure = await launchBrowser(['--host-resolver-rules=MAP orders.test 127.0.0.1']);
    try {
      const other = await insecure.newPage();
      await other.goto(site.url.replace('127.0.0.1', 'orders.test'));
      await other.getByRole('button', { name: /^Sign in at/ }).click();
      await other.getByText('Sign-in needs HTTPS: open this page with it.').waitFor({ timeout: PATIENCE_MS });
    } finally {
      await insecure.close();
    }
  });

  it('says that the issuer does not respond, and tries again when asked', async () => {
    await page.goto(site.url);
    await page.route(`${issuer.url}/.well-known/**`, (route) => route.abort());
    await button().click();
    await page.getByText('The identity provider does not respond. Try again.').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toMatch(/^Sign in at/);
    await page.unroute(`${issuer.url}/.well-known/**`);
    await signIn('alice');
  });
});
