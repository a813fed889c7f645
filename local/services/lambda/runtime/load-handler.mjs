import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from './runtime-errors.mjs';

const require = createRequire(import.meta.url);

/** @typedef {(event: unknown, context: object) => unknown} Handler */

/**
 * Loads the function that a handler string names, as the managed Node.js 24 runtime does.
 *
 * @param {string} taskRoot the folder of the code
 * @param {string} handlerString `dir/file.export`, where the export may be nested (`file.api.handler`)
 * @returns {Promise<Handler>}
 * @throws {RuntimeError} with the error type of the managed runtime, or what the module threw as it loaded
 */
export async function loadHandler(taskRoot, handlerString) {
  const parts = /^([^.]*)\.(.*)$/.exec(basename(handlerString));
  if (handlerString.includes('..') || !parts) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `'${handlerString}' is not a valid handler name`);
  }
  const [, moduleName = '', exportName = ''] = parts;
  const module = await loadModule(resolve(taskRoot, dirname(handlerString)), taskRoot, moduleName);

  const handler = find(module, exportName) ?? find(/** @type {{ default?: unknown }} */ (module).default, exportName);
  if (handler === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handlerString} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handlerString} is not a function`);
  }
  if (handler.length >= 3) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
        'You need to modify this function to use a supported handler signature to use Node.js 24 or later. ' +
        'For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  }
  return /** @type {Handler} */ (handler);
}

/** @param {string} moduleDir @param {string} taskRoot @param {string} moduleName @returns {Promise<object>} */
async function loadModule(moduleDir, taskRoot, moduleName) {
  try {
    for (const extension of ['', '.js', '.mjs', '.cjs']) {
      const file = `${join(moduleDir, moduleName)}${extension}`;
      if (existsSync(file)) return await import(pathToFileURL(file).href);
    }
    return require(require.resolve(moduleName, { paths: [taskRoot, moduleDir] }));
  } catch (error) {
    if (error instanceof SyntaxError) {
      const syntaxError = new RuntimeError('Runtime.UserCodeSyntaxError', String(error), { cause: error });
      if (error.stack) syntaxError.stack = error.stack;
      throw syntaxError;
    }
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', String(error), { cause: error });
    }
    throw error;
  }
}

/** @param {unknown} root @param {string} path names joined by dots @returns {unknown} */
function find(root, path) {
  return path.split('.').reduce((value, name) => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
    return /** @type {Record<string, unknown>} */ (value)[name];
  }, root);
}
