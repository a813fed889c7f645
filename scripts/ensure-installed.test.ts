import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

const LOCKED = {
  '': { devDependencies: { tool: '1.0.0' } },
  'node_modules/tool': {
    version: '1.0.0',
    integrity: 'sha512-tool',
    optionalDependencies: { here: '1.0.0', elsewhere: '1.0.0' },
  },
  'node_modules/here': {
    version: '1.0.0',
    integrity: 'sha512-here',
    optional: true,
    os: [process.platform],
    cpu: ['!sparc', process.arch],
  },
  'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['!linux', '!darwin', '!win32'] },
  'node_modules/of-elsewhere': { version: '1.0.0', optional: true },
};
const { '': _, 'node_modules/elsewhere': __, 'node_modules/of-elsewhere': ___, ...INSTALLED } = LOCKED;
const PATCH = `diff --git a/node_modules/tool/index.js b/node_modules/tool/index.js
index 1..2 100644
--- a/node_modules/tool/index.js
+++ b/node_modules/tool/index.js
@@ -1,3 +1,3 @@
 first
-wrong
+right
 last
`;

let root: string;

function write(path: string, content: string | object): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

/** Whether the script runs npm. */
function installs(): boolean {
  return run().installed;
}

function run(): { installed: boolean; stdout: string } {
  const called = join(root, 'npm-called');
  rmSync(called, { force: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/ensure-installed.mjs')], {
    env: { ...process.env, npm_execpath: join(root, 'npm.cjs') },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return { installed: existsSync(called), stdout };
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ensure installed '));
  cpSync(join(import.meta.dirname, 'ensure-installed.mjs'), join(root, 'scripts/ensure-installed.mjs'));
  write('npm.cjs', "require('node:fs').writeFileSync(require('node:path').join(__dirname, 'npm-called'), '');");
  write('package-lock.json', { packages: LOCKED });
  write('patches/tool+1.0.0.patch', PATCH);
  write('node_modules/.package-lock.json', { packages: INSTALLED });
  write('node_modules/tool/index.js', 'first\nright\nlast\n');
  mkdirSync(join(root, 'node_modules/here'));
});

describe('an installation made by hand', () => {
  it('is enough when it is complete, without the packages of other platforms', () => {
    expect(installs()).toBe(false);
    expect(installs()).toBe(false);
  });

  it.each([
    ['there is none', () => rmSync(join(root, 'node_modules/.package-lock.json'))],
    ['the lock file names another version', () => installed({ tool: { version: '0.9.0' } })],
    ['the lock file names other content', () => installed({ tool: { integrity: 'sha512-other' } })],
    ['an optional package of this platform was omitted', () => installed({ here: undefined })],
    ['a package is not listed', () => installed({ tool: undefined })],
    ['the folder of a package is gone', () => rmSync(join(root, 'node_modules/here'), { recursive: true })],
    ['a patch is not applied', () => write('node_modules/tool/index.js', 'first\nwrong\nlast\n')],
    ['the patched file is missing', () => rmSync(join(root, 'node_modules/tool/index.js'))],
  ])('is made again when %s', (_, spoil) => {
    spoil();
    expect(installs()).toBe(true);
  });
});

it('names the first package that is missing or another one', () => {
  installed({ tool: { version: '0.9.0' }, here: undefined });
  expect(run().stdout).toMatch(/^node_modules\/tool is missing, or not the one in package-lock\.json\. Installing /);
});

it('installs again when a patch has gone, or has changed', () => {
  expect(installs()).toBe(false);
  rmSync(join(root, 'patches/tool+1.0.0.patch'));
  expect(installs()).toBe(true);
  expect(installs()).toBe(false);
});

/** Writes what npm left there, with differences. */
function installed(differences: Readonly<Record<string, object | undefined>>): void {
  const packages: Record<string, object> = { ...INSTALLED };
  for (const [name, difference] of Object.entries(differences)) {
    if (difference === undefined) delete packages[`node_modules/${name}`];
    else packages[`node_modules/${name}`] = { ...packages[`node_modules/${name}`], ...difference };
  }
  write('node_modules/.package-lock.json', { packages });
}
