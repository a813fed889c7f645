import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyProject } from '../../infra/testing/project-copy.ts';
import { type Addresses, addressesFileOf } from '../../local/addresses.ts';
import { ANY_FREE_PORT, launch, type RunningProcess, removeFolder, untilWritten } from '../support/run.ts';
import { launchBrowser } from './browser.ts';

const PATIENCE = { timeout: 60_000 };

const project = copyProject();
const dataDir = join(project, '.orderflow');
let run: RunningProcess;
let site: string;
let browser: Browser;

beforeAll(async () => {
  // Postgres runs as another user when the tests run as root.
  chmodSync(project, 0o755);
  const launched = launch('scripts/start.ts', ANY_FREE_PORT, { project });
  const { process: running, written } = await untilWritten<Addresses>(launched, addressesFileOf(dataDir), 300);
  run = running;
  [site = ''] = Object.values(written.sites);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await run?.end('SIGINT');
  removeFolder(project);
});

/** Saves a source of the page with one text in the place of another. */
function save(file: string, from: string, to: string): void {
  const path = join(project, 'frontend', file);
  const before = readFileSync(path, 'utf8');
  expect(before).toContain(from);
  writeFileSync(path, before.replace(from, to));
}

it('an open page follows what is saved below frontend/, and goes on where that has an error', async () => {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (/Content.Security.Policy|TrustedHTML/i.test(message.text())) problems.push(message.text());
  });
  await page.goto(site);
  await page.getByText('OrderFlow').first().waitFor();

  save('index.html', '<title>OrderFlow</title>', '<title>Saved</title>');
  await expect.poll(() => page.title(), PATIENCE).toBe('Saved');
  expect(run.output()).toMatch(/reloaded frontend in \d+ ms/);

  save('style.css', ':root {', ':root { --saved: 7;');
  const style = "getComputedStyle(document.documentElement).getPropertyValue('--saved').trim()";
  // While the page reloads, nobody can be asked.
  const saved = () => page.evaluate<string>(style).catch(() => '');
  await expect.poll(saved, PATIENCE).toBe('7');

  save('app.tsx', "getElementById('app')", "getElementById('app'");
  await expect
    .poll(run.output, PATIENCE)
    .toMatch(/frontend goes on with its former files:[\s\S]*frontend\/app\.tsx:\d+:\d+/);
  expect(await page.title()).toBe('Saved');

  save('app.tsx', "getElementById('app'", "getElementById('app')");
  save('index.html', '<title>Saved</title>', '<title>Mended</title>');
  await expect.poll(() => page.title(), PATIENCE).toBe('Mended');
  expect(problems).toEqual([]);
});
