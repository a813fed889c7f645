// Runs before every npm script, on whatever Node the machine has (20 or newer) and before any dependency exists:
// installs what the lock file names unless that is what node_modules already holds.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'node_modules', '.orderflow-installed');

/** The state that an installation depends on: the lock file and the patches applied over it. */
function wantedState() {
  const hash = createHash('sha256').update(process.platform).update(process.arch);
  const patches = join(root, 'patches');
  const files = existsSync(patches) ? readdirSync(patches).map((name) => join(patches, name)) : [];
  for (const file of [join(root, 'package-lock.json'), ...files.sort()]) hash.update(readFileSync(file));
  return hash.digest('hex');
}

const wanted = wantedState();
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0);

console.log('Installing the dependencies (npm ci): once for each version of package-lock.json.');
const npm = process.env.npm_execpath;
const result = npm
  ? spawnSync(process.execPath, [npm, 'ci'], { cwd: root, stdio: 'inherit' })
  : spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit' });
if (result.status !== 0) {
  console.error('npm ci failed, see above. With the network and the npm registry in reach, run the command again.');
  process.exit(result.status ?? 1);
}
writeFileSync(stamp, wanted);
