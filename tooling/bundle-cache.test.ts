import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import type { BundleRecipe } from './bundle.ts';
import { cachedBundleSync } from './bundle-cache.ts';

const RECIPE: BundleRecipe = { entry: 'main.ts', output: 'out.mjs', options: { format: 'esm' }, folders: {} };

/** Does something while a file is saved over and over again, to the same contents. */
async function whileSaved(file: string, work: () => unknown) {
  const state = new Int32Array(new SharedArrayBuffer(8));
  const saving = new Worker(
    `const { workerData: { file, state } } = require('node:worker_threads');
    for (; Atomics.load(state, 1) === 0; Atomics.store(state, 0, 1), Atomics.notify(state, 0)) require('node:fs').utimesSync(file, 1, 1);`,
    { eval: true, workerData: { file, state } },
  );
  Atomics.wait(state, 0, 0);
  work();
  Atomics.store(state, 1, 1);
  await once(saving, 'exit');
}

/** Waits until no file counts as saved just now. */
function settle() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
}

/** An app of a source and a package. */
function appFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  mkdirSync(join(folder, 'node_modules/greeting'), { recursive: true });
  write('node_modules/greeting/index.js', 'export default "hello"');
  write('main.ts', 'import greeting from "greeting"; console.log(greeting, 1);');
  // Otherwise they count as saved while they are bundled.
  settle();
  const bundled = (recipe = RECIPE) => {
    const { files, inputs } = cachedBundleSync(folder, recipe);
    return { code: String(Buffer.from(files.get('out.mjs') ?? [])), inputs };
  };
  return { folder, write, bundled };
}

it('sources that are as they were give what was made of them, though esbuild would now fail', () => {
  const { write, bundled } = appFolder();
  const made = bundled();
  expect(made).toMatchObject({ inputs: ['node_modules/greeting/index.js', 'main.ts'] });
  write('node_modules/greeting/package.json', 'no JSON');
  expect(bundled()).toEqual(made);
});

it.each([
  ['a source', 'main.ts', 'console.log("other");'],
  ['a package', 'node_modules/greeting/index.js', 'export default "other"'],
])('%s that has changed is bundled again', (_, file, text) => {
  const { write, bundled } = appFolder();
  bundled();
  write(file, text);
  expect(bundled().code).toContain('other');
});

it('packages that are installed anew are bundled again, whatever leads to them', () => {
  const { write, bundled } = appFolder();
  bundled();
  // Another file of the same package, which no input tells of.
  write('node_modules/greeting/package.json', '{"main": "other.js"}');
  write('node_modules/greeting/other.js', 'export default "other"');
  expect(bundled().code).toContain('hello');
  write('node_modules/.package-lock.json', '{"packages": {"greeting": 2}}');
  expect(bundled().code).toContain('other');
});

it('what is saved while it is bundled is bundled again, since the bundle may have it or not', async () => {
  const { folder, write, bundled } = appFolder();
  await whileSaved(join(folder, 'main.ts'), bundled);
  write('node_modules/greeting/package.json', 'no JSON');
  expect(bundled).toThrow('package.json');
});

it('another recipe has a bundle of its own', () => {
  const { bundled } = appFolder();
  expect(bundled({ ...RECIPE, options: { minify: true } }).code).not.toBe(bundled().code);
});
