import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_APPS = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

// The sandbox refuses to work for root, as in most containers; the rest keeps the browser off the network.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a headless Chromium: the system's own, or else the one that comes inside the npm package `@sparticuz/chromium`
 * (Linux x64). What it writes goes to a folder of its own; closing the browser ends its processes and removes that folder.
 *
 * @param flags further flags for its command line
 * @throws Error when there is neither, or it does not start
 */
export async function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  // Not in the temp folder, whose path may be long: the path of a socket, several folders down, has 104 characters at most.
  const dir = mkdtempSync('/tmp/browser-');
  const removeDir = () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  try {
    const system = findSystemBrowser();
    const { executablePath, env } = system ? { executablePath: system, env: {} } : unpackBrowser(dir);
    const browser = await chromium.launch({
      executablePath,
      args: [...FLAGS, ...flags],
      env: { ...process.env, ...env, HOME: dir, TMPDIR: dir },
    });
    browser.once('disconnected', removeDir);
    return browser;
  } catch (error) {
    removeDir();
    throw error;
  }
}

function findSystemBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = folders.flatMap((folder) => SYSTEM_NAMES.map((name) => join(folder, name)));
  return [...candidates, ...MAC_APPS].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Unpacks the package's browser, with the libraries and fonts that a slim Linux lacks: it brings them along for AWS
 * Lambda, and takes this variable to mean that it runs there. It unpacks to the temp folder, in place: a folder per launch
 * keeps a run that was cut short from leaving half a browser to all later ones.
 */
function unpackBrowser(dir: string): { executablePath: string; env: Record<string, string> } {
  const script = `const { default: chromium } = await import('@sparticuz/chromium');
    process.stdout.write(await chromium.executablePath());`;
  const executablePath = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: dir, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  // The package's own font settings look in /tmp/fonts; without any font the browser ends at the first page.
  const fontSettings = join(dir, 'fonts.conf');
  writeFileSync(fontSettings, `<fontconfig><dir>${join(dir, 'fonts')}</dir><cachedir>${dir}</cachedir></fontconfig>`);
  return { executablePath, env: { LD_LIBRARY_PATH: join(dir, 'al2023', 'lib'), FONTCONFIG_FILE: fontSettings } };
}
