import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { findEngines, holdParts } from '../../scripts/chaos/processes.ts';
import { call, newUser, orderOf } from '../support/api.ts';
import { relayEverything } from '../support/clients.ts';
import { newDataDir, type Run, removeFolder, startRun } from '../support/run.ts';
import { violationsIn } from './accessibility.ts';
import { launchBrowser } from './browser.ts';

const PATIENCE_MS = 120_000;
const dataDir = newDataDir(inject('seed'));
let run: Run;
let browser: Browser;
/** Loaded once: whatever it shows, it shows without a reload. */
let page: Page;
/** Lets go on what a test that failed left held. */
let resume = () => {};

beforeAll(async () => {
  [run, browser] = await Promise.all([startRun(dataDir), launchBrowser()]);
  // The first requests start functions, which takes its own time.
  const orders = ['a', 'z'].map((letter) => orderOf(newUser(letter)));
  await Promise.all(orders.map((order) => call(run.addresses.api, 'POST', '/api/orders', order)));
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(run.addresses.site);
});
afterAll(async () => {
  resume();
  await browser?.close();
  await run?.end('SIGINT');
  removeFolder(dataDir);
});
beforeEach(async () => {
  resume();
  await page.locator('.outage').waitFor({ state: 'detached' });
});

const notice = (part: string) => page.locator('.outage').filter({ hasText: `${part} is down since ` });
const activity = (text: string) =>
  page.getByRole('list', { name: 'Activity' }).getByRole('listitem').filter({ hasText: text });
const health = (text: string) =>
  page.getByRole('list', { name: 'Health of the parts' }).getByRole('listitem').filter({ hasText: text });
const answer = () => page.getByRole('heading', { name: 'Order placed' });

async function order(user: string): Promise<void> {
  await page.getByLabel('Search by user or order id').fill(user);
  await page.getByRole('button', { name: 'Example' }).click();
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByRole('button', { name: 'Place order' }).click();
}

/** Waits until the page's list has one order of the user, with this status. */
async function waitForOrder(user: string, status: string): Promise<void> {
  await page.getByText(`1 order of ${user}`).waitFor();
  await page.locator('tbody > tr').filter({ hasText: user }).getByText(status).waitFor();
}

it.each([
  { held: 'kafka', part: 'Kafka', meaning: 'Their events wait', meanwhile: 'created' },
  { held: 's3', part: 'S3', meaning: 'Their receipts are written when S3 is back.', meanwhile: 'confirmed' },
  { held: 'orders_shard2', part: 'shard2', meaning: 'All others can.', meanwhile: 'confirmed' },
])(
  'while $part hangs, the page says so, since when and what it means, and tells of its return',
  async ({ held, part, meaning, meanwhile }) => {
    const user = newUser('a');
    const returns = await activity(`${part} is back`).count();
    resume = holdParts(dataDir, [held]);
    await notice(part).filter({ hasText: meaning }).waitFor();
    await health(`${part} `).filter({ hasText: 'down' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await order(user);
    await answer().waitFor();
    await waitForOrder(user, meanwhile);

    resume();
    await notice(part).waitFor({ state: 'detached' });
    await activity(`${part} went down`).first().waitFor();
    await expect.poll(() => activity(`${part} is back`).count(), { timeout: PATIENCE_MS }).toBe(returns + 1);
    await relayEverything(run.addresses);
    await waitForOrder(user, 'confirmed');
  },
  300_000,
);

it('an order for a shard that hangs is placed once, when the shard is back', async () => {
  const user = newUser('z');
  resume = holdParts(dataDir, ['orders_shard2']);
  await notice('shard2').waitFor();
  await order(user);
  await page.getByText('The order may or may not have been placed.').waitFor();
  resume();
  await answer().waitFor();
  await waitForOrder(user, 'confirmed');
}, 300_000);

it('Kafka is killed and comes back: the page tells both, and the order placed meanwhile becomes confirmed', async () => {
  const user = newUser('a');
  const [ends, returns] = [await activity('Kafka went down').count(), await activity('Kafka is back').count()];
  process.kill(findEngines(dataDir).get('kafka') as number, 'SIGKILL');
  await order(user);
  await expect.poll(() => activity('Kafka went down').count(), { timeout: PATIENCE_MS }).toBe(ends + 1);
  await expect.poll(() => activity('Kafka is back').count(), { timeout: PATIENCE_MS }).toBe(returns + 1);
  await relayEverything(run.addresses);
  await waitForOrder(user, 'confirmed');
}, 300_000);
