import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Lets ES modules find the AWS SDK that the runtime brings, in the folder that NODE_PATH names: by itself that serves CommonJS alone.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 *
 * @param {string} nodePath
 */
export function provideSdk(nodePath) {
  const parentURL = pathToFileURL(join(nodePath, '../function.mjs')).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (!/^@(aws-sdk|smithy)\//.test(specifier)) throw error;
        return nextResolve(specifier, { ...context, parentURL });
      }
    },
  });
}
