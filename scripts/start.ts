import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { REPOSITORY } from '../tooling/paths.ts';

// What is imported after this is compiled once: types are stripped, and V8's code is kept. https://nodejs.org/api/module.html#module-compile-cache
enableCompileCache(join(REPOSITORY, 'node_modules/.cache/compiled'));
const [{ main }, { OWN_APP }] = await Promise.all([import('../local/main.ts'), import('../tooling/own-app.ts')]);

await main(OWN_APP);
