import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTERRUPTED, runChild } from './child.mjs';
import { lockInstallation } from './install-lock.mjs';

/**
 * @typedef {Record<string, string>} Versions
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   dependencies?: Versions, devDependencies?: Versions, optionalDependencies?: Versions }} LockedPackage
 */

/** Whatever NODE_ENV or a person's npm settings leave out: https://docs.npmjs.com/cli/commands/npm-ci#include */
const EVERYTHING = ['dev', 'optional', 'peer'].map((type) => `--include=${type}`);
/** Some packages want a newer Node than the one that npm runs on here: they get it. */
const ARGUMENTS = ['ci', ...EVERYTHING, '--engine-strict=false', '--loglevel=error'];
const PROGRESS_MS = 15_000;
const HOW_TO_RUN_SCRIPTS =
  "npm's setting ignore-scripts is on, but Node, Postgres and esbuild are set up by the install scripts that package.json allows. Run `npm ci --ignore-scripts=false`, then this command again.";

/**
 * Installs what package-lock.json names, unless node_modules holds a complete installation of it, whoever made that.
 *
 * @param {string} root the project's folder
 * @returns {Promise<number>} 0, or the exit code of a failure, which has been reported
 */
export async function ensureInstalled(root) {
  if (whatLacks(root) === undefined) return 0;
  // npm tells the scripts that it runs its settings, wherever they come from.
  if (process.env.npm_config_ignore_scripts === 'true') return fail(HOW_TO_RUN_SCRIPTS);
  const unlock = await lockInstallation(root);
  try {
    return await install(root);
  } finally {
    unlock();
  }
}

/** @param {string} root */
async function install(root) {
  const lack = whatLacks(root);
  if (lack === undefined) return 0;
  console.error(`${lack} Installing about 400 packages with npm ci, once for each version of package-lock.json.`);
  const code = await installEverything(root);
  if (code > INTERRUPTED) return code;
  if (code !== 0) {
    return fail(
      'npm ci failed, see above. It needs access to the npm registry. Run the command again once that works.',
    );
  }
  const still = whatLacks(root);
  if (still === undefined) return 0;
  return fail(`${still} npm ci left it so: check \`npm config list\` for settings such as ignore-scripts or dry-run.`);
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  return 1;
}

/** @param {string} root */
async function installEverything(root) {
  const begun = Date.now();
  // npm itself shows progress on a terminal only.
  const progress = setInterval(() => {
    if (!process.stderr.isTTY) console.error(`Still installing, after ${Math.round((Date.now() - begun) / 1000)} s.`);
  }, PROGRESS_MS);
  // Another package manager may have started this.
  const npm = process.env.npm_execpath ?? '';
  // npm ends in the middle of its work when whoever reads what it prints has gone: `npm start 2>&1 | head`.
  const output = process.stderr.isTTY ? 2 : 'pipe';
  const [command, first] = /npm-cli\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
  try {
    // What is reported here is no result of the command that follows.
    return await runChild(command, [...first, ...ARGUMENTS], {
      cwd: root,
      stdio: ['ignore', output, output],
      detached: true,
    });
  } finally {
    clearInterval(progress);
  }
}

/** @param {string} root @returns {string | undefined} a sentence */
function whatLacks(root) {
  const path = packageToInstall(root);
  if (path !== undefined) return `${path} is missing, or not the one in package-lock.json.`;
  // Put there by an install script.
  if (!existsSync(join(root, 'node_modules/.bin/node'))) return 'node_modules/.bin/node is missing.';
  return arePatchesApplied(root) ? undefined : 'The patches in patches/ are not applied.';
}

/**
 * The first package that is missing or differs. npm writes down in node_modules/.package-lock.json what it installed.
 *
 * @param {string} root
 */
function packageToInstall(root) {
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  const { '': project = {}, ...wanted } = packagesOf(join(root, 'package-lock.json'));
  const needed = new Set([project, ...Object.values(installed)].flatMap(dependencyNames));
  const wrong = Object.entries(wanted).find(([path, { version, integrity, ...entry }]) => {
    const there = installed[path];
    if (there) return there.version !== version || there.integrity !== integrity || !existsSync(join(root, path));
    // npm leaves out optional packages of other platforms, and what only those need.
    return !entry.optional || (runsHere(entry) && needed.has(path.replace(/^.*node_modules\//, '')));
  });
  return wrong?.[0];
}

/** @param {string} lockFile @returns {Record<string, LockedPackage>} by path; that of the project itself is empty */
function packagesOf(lockFile) {
  return JSON.parse(read(lockFile) ?? '{}').packages ?? {};
}

/** @param {LockedPackage} entry */
function dependencyNames({ dependencies, devDependencies, optionalDependencies }) {
  return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
}

/** https://docs.npmjs.com/cli/configuring-npm/package-json#os @param {LockedPackage} entry */
function runsHere({ os, cpu, libc }) {
  /** @param {string[] | undefined} list @param {string} value */
  const allows = (list, value) =>
    !list || (!list.includes(`!${value}`) && (list.includes(value) || list.every((each) => each.startsWith('!'))));
  return allows(os, process.platform) && allows(cpu, process.arch) && (!libc || allows(libc, libcOfThisMachine()));
}

function libcOfThisMachine() {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header?.glibcVersionRuntime ? 'glibc' : 'musl';
}

/**
 * npm applies the patches by a script of this project, after the packages are there. A file in node_modules holds the state of
 * those that were found applied: that tells when one has gone.
 *
 * @param {string} root
 */
function arePatchesApplied(root) {
  const patchDir = join(root, 'patches');
  const names = existsSync(patchDir) ? readdirSync(patchDir).sort() : [];
  const patches = names.map((name) => read(join(patchDir, name)) ?? '');
  const state = createHash('sha256').update(patches.join('\0')).digest('hex');
  const file = join(root, 'node_modules/.orderflow-patches');
  const known = read(file);
  if (known !== undefined) return known === state;
  const applied = patches.every((patch) => isApplied(root, patch));
  if (applied) keep(file, state);
  return applied;
}

/** In a project that may only be read, it is found out each time. @param {string} file @param {string} state */
function keep(file, state) {
  try {
    writeFileSync(file, state);
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
    if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) throw error;
  }
}

/** Whether each file of a patch has every hunk's lines as they are after it. @param {string} root @param {string} patch */
function isApplied(root, patch) {
  return patch.split(/^diff --git .*$/m).every((part) => {
    const path = /^\+\+\+ b\/(.*)$/m.exec(part)?.[1];
    const content = path === undefined ? '' : read(join(root, path));
    const hunks = part.split(/^@@ .*$/m).slice(1);
    return hunks.every((hunk) => content?.includes(linesAfter(hunk)));
  });
}

/** @param {string} hunk */
function linesAfter(hunk) {
  const lines = hunk.split('\n').slice(1);
  return lines.flatMap((line) => (/^[ +]/.test(line) ? [line.slice(1)] : [])).join('\n');
}

/** @param {string} file */
function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
