import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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

/** Stands for npm: writes down its arguments, and removes what it has not installed itself. */
const NPM = `
  const { rmSync, writeFileSync } = require('node:fs');
  writeFileSync(__dirname + '/npm-args', process.argv.slice(2).join(' '));
  rmSync(__dirname + '/node_modules/.orderflow-patches', { force: true });`;
/** Stands for a command of the project: prints the Node that runs it and its arguments, and ends with 7. */
const COMMAND = 'console.log(process.env.VIA, process.argv.slice(2)); process.exitCode = 7;';

/** Runs the command. @param mend what npm does besides */
function run(variables: Readonly<Record<string, string>> = {}, mend = '') {
  write('npm-cli.js', `${NPM}\n${mend}`);
  rmSync(join(root, 'npm-args'), { force: true });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts/run.mjs'), 'bin/command.mjs', 'an argument'],
    { env: { ...process.env, VIA: 'same', npm_execpath: join(root, 'npm-cli.js'), ...variables }, encoding: 'utf8' },
  );
  const npmArgs = existsSync(join(root, 'npm-args')) ? readFileSync(join(root, 'npm-args'), 'utf8') : undefined;
  return { status, stdout, stderr, npmArgs };
}

/** Whether npm is run before the command. */
function installs(): boolean {
  return run().npmArgs !== undefined;
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ensure installed '));
  for (const name of ['run.mjs', 'ensure-installed.mjs', 'install-lock.mjs', 'child.mjs', '../tooling/lock-file.mjs']) {
    cpSync(join(import.meta.dirname, name), join(root, 'scripts', name));
  }
  write('bin/command.mjs', COMMAND);
  write('package-lock.json', { packages: LOCKED });
  write('patches/tool+1.0.0.patch', PATCH);
  write('node_modules/.package-lock.json', { packages: INSTALLED });
  write('node_modules/tool/index.js', 'first\nright\nlast\n');
  mkdirSync(join(root, 'node_modules/here'));
  mkdirSync(join(root, 'node_modules/.bin'));
  symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
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
    ['Node was not set up by its install script', () => rmSync(join(root, 'node_modules/.bin/node'))],
    ['the patched file is missing', () => rmSync(join(root, 'node_modules/tool/index.js'))],
  ])('is made again when %s', (_, spoil) => {
    spoil();
    expect(installs()).toBe(true);
  });
});

it('names the first package that is missing or another one', () => {
  installed({ tool: { version: '0.9.0' }, here: undefined });
  expect(run().stderr).toMatch(/^node_modules\/tool is missing, or not the one in package-lock\.json\. Installing /);
});

it.each([
  ['the same Node', () => {}, 'same'],
  ['another Node than that of package.json', anotherNode, 'other'],
])('a command gets its arguments, and says how it ended, when it is called by %s', (_, prepare, via) => {
  prepare();
  expect(run()).toEqual({ status: 7, stdout: `${via} [ 'an argument' ]\n`, stderr: '', npmArgs: undefined });
});

it('what NODE_ENV and the npm settings of a person leave out is installed all the same', () => {
  installed({ tool: undefined });
  const mend = `require('node:fs').cpSync(__dirname + '/complete.json', __dirname + '/node_modules/.package-lock.json');`;
  write('complete.json', { packages: INSTALLED });
  const { npmArgs, status } = run({ NODE_ENV: 'production' }, mend);
  expect(npmArgs).toBe('ci --include=dev --include=optional --include=peer --engine-strict=false --loglevel=error');
  expect(status).toBe(7);
});

describe('an installation that cannot be completed', () => {
  beforeEach(() => installed({ tool: undefined }));

  it('is not begun when npm would run no install scripts: they are what sets up Node and Postgres', () => {
    const { npmArgs, status, stderr } = run({ npm_config_ignore_scripts: 'true' });
    expect({ npmArgs, status }).toEqual({ npmArgs: undefined, status: 1 });
    expect(stderr).toMatch(
      /ignore-scripts is on, .* Run `npm ci --ignore-scripts=false`, then this command again\.\n$/,
    );
  });

  it('is not taken for a whole one', () => {
    const { status, stdout, stderr } = run();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/\nnode_modules\/tool is missing, .* check `npm config list` for settings/);
  });

  it('says so when npm fails', () => {
    const { status, stderr } = run({}, 'process.exitCode = 127');
    expect(status).toBe(1);
    expect(stderr).toContain('\nnpm ci failed, see above. It needs access to the npm registry.');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with all that npm has started on %s', async (signal, code) => {
    // Neither npm nor what it has started heeds the signal by itself.
    write(
      'npm-cli.js',
      `process.on('SIGINT', () => {}); process.on('SIGTERM', () => process.exit());
       const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' });
       console.error('started ' + child.pid);
       child.on('exit', () => process.exit());`,
    );
    const command = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'bin/command.mjs'], {
      env: { ...process.env, npm_execpath: join(root, 'npm-cli.js') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [command.stdout, command.stderr]) stream.on('data', (text) => (output += text));
    await expect.poll(() => output).toContain('started ');
    command.kill(signal);
    expect(await once(command, 'close')).toEqual([code, null]);
    expect(output.trimEnd().split('\n')).toHaveLength(2);
  });
});

/** Stands for an npm that prints for a second, and installs what is missing at its end, unless it fails to print. */
const SLOW_NPM = `
  const { appendFileSync, cpSync } = require('node:fs');
  appendFileSync(__dirname + '/installations', 'x');
  const printing = setInterval(() => console.error('x'.repeat(1_000)), 50);
  setTimeout(() => {
    clearInterval(printing);
    cpSync(__dirname + '/complete.json', __dirname + '/node_modules/.package-lock.json');
  }, 1_000);`;

describe('an installation that takes a while', () => {
  const start = () =>
    spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'bin/command.mjs'], {
      env: { ...process.env, VIA: 'same', npm_execpath: join(root, 'npm-cli.js') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  beforeEach(() => {
    installed({ tool: undefined });
    write('npm-cli.js', SLOW_NPM);
    write('complete.json', { packages: INSTALLED });
  });

  it('is completed when nobody reads any more what it prints', async () => {
    const command = start();
    await once(command.stderr, 'data');
    command.stderr.destroy();
    expect(await once(command, 'close')).toEqual([7, null]);
    expect(installs()).toBe(false);
  });

  it('is made once when two commands need it', async () => {
    const [one, other] = [start(), start()];
    let printed = '';
    for (const { stderr } of [one, other]) stderr.on('data', (bytes) => (printed += bytes));
    const ended = await Promise.all([once(one, 'close'), once(other, 'close')]);
    expect(ended).toEqual([
      [7, null],
      [7, null],
    ]);
    expect(readFileSync(join(root, 'installations'), 'utf8')).toBe('x');
    expect(printed).toMatch(/Another command is installing the packages \(process \d+\)\. Waiting for it\.\n/);
  });

  it('is not waited for when the command that made it was killed', async () => {
    const killed = start();
    await once(killed.stderr, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(run({}, SLOW_NPM).status).toBe(7);
  });
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

/** Puts a Node there that is not the one that runs this. */
function anotherNode(): void {
  rmSync(join(root, 'node_modules/.bin/node'));
  write('node_modules/.bin/node', `#!/bin/sh\nVIA=other exec '${process.execPath}' "$@"\n`);
  chmodSync(join(root, 'node_modules/.bin/node'), 0o755);
}
