// Runs before the npm scripts, on whatever Node the machine has (20.11 or newer) and before any dependency exists: installs
// what package-lock.json names, unless node_modules holds a complete installation of it, whoever made that.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {Record<string, string>} Versions
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   dependencies?: Versions, devDependencies?: Versions, optionalDependencies?: Versions }} LockedPackage
 */

const root = join(import.meta.dirname, '..');
/** Holds the state of the patches that an earlier run found applied. */
const stamp = join(root, 'node_modules', '.orderflow-patches');
const patchDir = join(root, 'patches');
const patches = existsSync(patchDir)
  ? readdirSync(patchDir)
      .sort()
      .map((name) => read(join(patchDir, name)) ?? '')
  : [];
const patchState = createHash('sha256').update(patches.join('\0')).digest('hex');

const wrongPackage = packageToInstall();
if (wrongPackage) install(`${wrongPackage} is missing, or not the one in package-lock.json.`);
else if (!isPatched()) install('The patches in patches/ are not applied.');
if (read(stamp) !== patchState) writeFileSync(stamp, patchState);

/** @param {string} reason */
function install(reason) {
  console.log(`${reason} Installing the dependencies with npm ci, once for each version of package-lock.json.`);
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm ? [process.execPath, npm, 'ci'] : ['npm', 'ci'];
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  console.error(
    'npm ci failed, see above. It needs access to the npm registry. Run the command again once that works.',
  );
  process.exit(status ?? 1);
}

/** The first package that is missing or differs. npm writes down in node_modules/.package-lock.json what it installed. */
function packageToInstall() {
  const installed = packagesOf('node_modules/.package-lock.json');
  const { '': project = {}, ...wanted } = packagesOf('package-lock.json');
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
  return JSON.parse(read(join(root, lockFile)) ?? '{}').packages ?? {};
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

/** npm applies the patches by a script of this project, after the packages are there, or not at all with --ignore-scripts. */
function isPatched() {
  return existsSync(stamp) ? read(stamp) === patchState : patches.every(isApplied);
}

/** Whether each file of a patch has every hunk's lines as they are after it. @param {string} patch */
function isApplied(patch) {
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
