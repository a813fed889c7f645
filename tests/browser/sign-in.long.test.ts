import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { loadAuthority } from '../../local/tls/authority.ts';
import { LOCAL_ISSUER_CONTEXT, type LocalIssuer, startLocalIssuer } from '../../scripts/issuer/local-issuer.ts';
import { userToken } from '../../scripts/issuer/user-token.ts';
import { freePort } from '../../tooling/ports.ts';
import { newUser } from '../support/api.ts';
import { newDataDir, type Run, removeFolder, startRun } from '../support/run.ts';
import { launchBrowser } from './browser.ts';

const PATIENCE_MS = 120_000;

const dataDir = newDataDir(inject('seed'));
const [alice, zoe, olivia] = [newUser('a'), newUser('z'), newUser('o')];
let issuer: LocalIssuer;
let run: Run;
let browser: Browser;

beforeAll(async () => {
  const sitePort = await freePort();
  // The functions of the run trust this authority, as they trust public ones in the cloud.
  const certificate = await (await loadAuthority(join(dataDir, 'tls'), 'public')).issue('issuer');
  const page = `http://localhost:${sitePort}/`;
  issuer = await startLocalIssuer({ certificate, port: 0, page, operators: [olivia] });
  const context = { auth: 'jwt', issuer: issuer.url, ...LOCAL_ISSUER_CONTEXT };
  const flags = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  run = await startRun(dataDir, ['--site-port', String(sitePort), ...flags]);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await run?.end('SIGINT');
  await issuer?.stop();
  removeFolder(dataDir);
});

/** The dashboard, after its reader has signed in in a browser of their own. */
async function signIn(user: string): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(run.addresses.site);
  await page.getByRole('button', { name: /^Sign in at localhost:/ }).click();
  await page.getByPlaceholder('Enter any login').fill(user);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByText(`Signed in as ${user}`).waitFor();
  return page;
}

async function place(page: Page, product: string): Promise<void> {
  await page.getByLabel('Product').fill(product);
  await page.getByLabel('Quantity').fill('2');
  await page.getByLabel('Unit price').fill('45.50');
  await page.getByRole('button', { name: 'Place order' }).click();
  await page.getByRole('heading', { name: 'Order placed' }).waitFor();
}

const rowOf = (page: Page, product: string) => page.getByRole('row').filter({ hasText: product });

it('a user places orders, sees their own with receipt and nobody else’s; an operator sees everybody’s', {
  timeout: 4 * PATIENCE_MS,
}, async () => {
  const ofAlice = await signIn(alice);
  await place(ofAlice, 'Desk Lamp');
  await rowOf(ofAlice, 'Desk Lamp').filter({ hasText: alice }).waitFor();
  const ofZoe = await signIn(zoe);
  await place(ofZoe, 'Standing Desk');
  await rowOf(ofZoe, 'Standing Desk').filter({ hasText: zoe }).waitFor();
  expect(await rowOf(ofZoe, 'Desk Lamp').count()).toBe(0);

  await ofAlice.getByRole('button', { name: 'Desk Lamp' }).first().click();
  await ofAlice.getByRole('dialog').getByText('Receipt').first().waitFor();
  await ofAlice.getByRole('dialog').getByText('$91.00').first().waitFor();

  const ofOlivia = await signIn(olivia);
  await ofOlivia.getByText('operator, sees everybody’s orders').waitFor();
  for (const product of ['Desk Lamp', 'Standing Desk']) await rowOf(ofOlivia, product).waitFor();
  await place(ofOlivia, 'Monitor Arm');
  await rowOf(ofOlivia, 'Monitor Arm').filter({ hasText: olivia }).waitFor();
});

it('a token from the command line is good for its user’s orders, and for everybody’s as an operator’s', {
  timeout: PATIENCE_MS,
}, async () => {
  const { certificatePem: ca } = await loadAuthority(join(dataDir, 'tls'), 'public');
  const port = Number(new URL(issuer.url).port);
  const statusWith = async (role?: 'operator') => {
    const token = await userToken({ port, ca, parameters: { user: alice, ...(role && { role }) } });
    const headers = { authorization: `Bearer ${token}` };
    const read = (user: string) => fetch(`${run.addresses.api}/api/orders?user_id=${user}`, { headers });
    return Promise.all([alice, zoe].map(async (user) => (await read(user)).status));
  };
  expect(await statusWith()).toEqual([200, 403]);
  expect(await statusWith('operator')).toEqual([200, 200]);
});
