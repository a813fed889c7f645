// What npm scripts begin with: `node scripts/run.mjs <file, or program of node_modules> [arguments]`. Installs what is missing, then runs
// the command on the Node of package.json. It starts on whatever Node the machine has (20.11 or newer), before any dependency
// exists. A `pre` script would not do: with the setting ignore-scripts, npm leaves it out.
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runChild } from './child.mjs';
import { ensureInstalled } from './ensure-installed.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [command = '', ...args] = process.argv.slice(2);

process.exitCode = await ensureInstalled(root);
if (process.exitCode === 0) await run();

async function run() {
  const node = realpathSync(join(root, 'node_modules/.bin/node'));
  const file = realpathSync(command.includes('/') ? resolve(root, command) : join(root, 'node_modules/.bin', command));
  if (realpathSync(process.execPath) !== node) process.exitCode = await runChild(node, [file, ...args]);
  else {
    process.argv.splice(1, process.argv.length, file, ...args);
    await import(pathToFileURL(file).href);
  }
}
