// Runs in the process of a CDK app, before the app: `node --import warm-up.mjs app.ts`. It loads the packages that it is told of, and waits for
// the variables of the synthesis. When the app ends, it writes down which files it was loaded from.

import { on } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const loaded = new Set();
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    if (resolved.url.startsWith('file:')) loaded.add(fileURLToPath(resolved.url));
    return resolved;
  },
});

const endWithParent = () => process.exit();
process.once('disconnect', endWithParent);

// From here on, since what comes while packages are loaded must not be missed.
/** @type {NodeJS.AsyncIterator<any[]>} */
const messages = on(process, 'message');
const next = async () => (await messages.next()).value?.[0];

const { packages } = await next();
const require = createRequire(import.meta.url);
for (const file of packages) require(file);

const { variables, modulesFile } = await next();
await messages.return?.();
Object.assign(process.env, variables);
process.once('exit', () => writeFileSync(modulesFile, JSON.stringify([...loaded])));
process.off('disconnect', endWithParent);
process.disconnect();
