/**
 * Makes the modules of a function find what they find on AWS: the packages in their own folder, then those in NODE_PATH, where the
 * runtime has the AWS SDK. Node by itself would go on to every node_modules above that folder, and take NODE_PATH for CommonJS alone.
 * https://aws.amazon.com/blogs/compute/node-js-18-x-runtime-now-available-in-aws-lambda/
 *
 * Node loads it before anything else, also in worker threads and in what `fork` starts.
 */
import { realpathSync } from 'node:fs';
import Module, { registerHooks } from 'node:module';
import { basename, delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const { LAMBDA_TASK_ROOT: root = process.cwd(), NODE_PATH = '' } = process.env;
const taskRoots = [root, realpathSync(root)];
/** What is imported as if from there is looked for in the folders of NODE_PATH that have packages. */
const besidePackages = NODE_PATH.split(delimiter)
  .filter((folder) => basename(folder) === 'node_modules')
  .map((folder) => pathToFileURL(join(dirname(folder), 'index.mjs')).href);

/** @param {string} path */
function isInTaskRoot(path) {
  return taskRoots.some((folder) => path === folder || path.startsWith(folder + sep));
}

/** @type {{ _nodeModulePaths(from: string): string[] }} what `require` and `require.resolve` go by */
const commonJs = /** @type {any} */ (Module);
const nodeModulePaths = commonJs._nodeModulePaths;
commonJs._nodeModulePaths = (from) => {
  const folders = nodeModulePaths(from);
  return isInTaskRoot(from) ? folders.filter(isInTaskRoot) : folders;
};

registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL = '', conditions } = context;
    // Not a package, or not for ES modules.
    if (/^[./]|^[a-z]+:/i.test(specifier) || conditions.includes('require')) return nextResolve(specifier, context);
    const parent = parentURL.startsWith('file:') ? fileURLToPath(parentURL) : '';
    let failure;
    try {
      const found = nextResolve(specifier, context);
      if (!isInTaskRoot(parent) || !found.url.startsWith('file:') || isInTaskRoot(fileURLToPath(found.url)))
        return found;
    } catch (error) {
      failure = error;
    }
    for (const beside of besidePackages) {
      try {
        return nextResolve(specifier, { ...context, parentURL: beside });
      } catch {
        // The failure for its own parent says more.
      }
    }
    throw failure ?? packageNotFound(specifier, parent);
  },
});

/** In the words of Node. @param {string} specifier @param {string} parent */
function packageNotFound(specifier, parent) {
  const [name] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
  const error = new Error(`Cannot find package '${name}' imported from ${parent}`);
  return Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
}
