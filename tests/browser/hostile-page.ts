import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';

/** A name that leads to this machine in a browser started with {@link HOSTILE_FLAGS}, as by DNS rebinding. */
export const HOSTILE_NAME = 'evil.example';

/** Newer browsers ask before a page of the internet may call this machine. Nothing here may rest on that. */
export const HOSTILE_FLAGS = [
  `--host-resolver-rules=MAP ${HOSTILE_NAME} 127.0.0.1`,
  '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
];

/** A request that a page is to send in every way it has. */
export interface Target {
  readonly url: string;
  readonly body: string;
  /** Those of a form, if it is not the body alone. */
  readonly fields?: Readonly<Record<string, string>>;
}

const WAYS = readFileSync(join(import.meta.dirname, 'page/ways.js'), 'utf8');

/**
 * Opens a hostile page and tries all its ways: see page/ways.js.
 *
 * @param pageUrl what the browser takes for the page's address; nobody needs to serve it
 * @returns what the page could read of the targets, each as `<way> <path>: <text>`
 */
export async function attack(browser: Browser, pageUrl: string, targets: readonly Target[]): Promise<string[]> {
  const page = await browser.newPage();
  try {
    await page.route(pageUrl, (route) => route.fulfill({ contentType: 'text/html', body: '<body>' }));
    await page.goto(pageUrl);
    const ways = JSON.stringify(`data:text/javascript,${encodeURIComponent(WAYS)}`);
    const read: string[] = [];
    // One after the other: a browser has few connections to a host, and what waits for one is not sent.
    for (const target of targets) {
      const script = `import(${ways}).then(({ tryAll }) => tryAll(${JSON.stringify(target)}))`;
      const texts = Object.entries((await page.evaluate(script)) as Record<string, string>);
      read.push(...texts.map(([way, text]) => `${way} ${new URL(target.url).pathname}: ${text}`));
    }
    return read;
  } finally {
    await page.close();
  }
}
