import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startFunction, temporaryFolder } from './lambda-fixture.ts';

/** Tries each name in all ways in which a module finds others. */
const PROBE = `
  import { createRequire } from 'node:module';
  import { Worker } from 'node:worker_threads';
  import { fork } from 'node:child_process';
  import { once } from 'node:events';
  import { requireHere, importHere } from './common.cjs';
  const require = createRequire(import.meta.url);
  const ways = {
    import: (name) => import(name),
    resolve: async (name) => import.meta.resolve(name),
    require: async (name) => require(name),
    requireResolve: async (name) => require.resolve(name),
    workingDirectory: async (name) => createRequire(process.cwd() + '/').resolve(name),
    common: async (name) => requireHere(name),
    commonImport: importHere,
    worker: async (name) => {
      const [code] = await once(new Worker(new URL('./common.cjs', import.meta.url), { workerData: name }), 'message');
      if (code !== 'found') throw Object.assign(new Error(name), { code });
    },
    child: async (name) => {
      const [code] = await once(fork(new URL('./common.cjs', import.meta.url), [name]), 'message');
      if (code !== 'found') throw Object.assign(new Error(name), { code });
    },
  };
  const attempt = (way, name) => way(name).then(() => 'found', ({ code }) => code);
  export const handler = async (names) => {
    const tried = [];
    for (const [way, find] of Object.entries(ways)) tried.push([way, await Promise.all(names.map((name) => attempt(find, name)))]);
    return Object.fromEntries(tried);
  };`;
const COMMON = `
  const { parentPort, workerData } = require('node:worker_threads');
  exports.requireHere = (name) => require(name);
  exports.importHere = (name) => import(name);
  const name = workerData ?? (process.send && process.argv[2]);
  if (name) import(name).then(() => 'found', ({ code }) => code).then((code) => parentPort ? parentPort.postMessage(code) : process.send(code));`;

/** Also the folders around its own, which are below `/tmp` here. */
const SEES_ALL = { processLimits: false };

/** Packages in the folder of a function. */
const BROUGHT = {
  'node_modules/brought/package.json': '{"exports": "./main.js"}',
  'node_modules/brought/main.js': 'module.exports = require("@aws-sdk/client-s3");',
  'node_modules/@aws-sdk/client-s3/index.js': 'exports.S3Client = "brought";',
};

/** A function that brings packages, below a folder that has some of its own. */
async function startProbe() {
  const folder = await temporaryFolder({
    'node_modules/above/index.js': 'module.exports = "above";',
    'code/index.mjs': PROBE,
    'code/common.cjs': COMMON,
    ...Object.fromEntries(Object.entries(BROUGHT).map(([name, text]) => [`code/${name}`, text])),
  });
  return startFunction({}, { codeDir: join(folder, 'code'), timeoutSeconds: 60 }, SEES_ALL);
}

describe('a function', () => {
  it.each([
    ['packages that it brings', ['brought', '@aws-sdk/client-s3'], 'found'],
    ['the SDK of the runtime', ['@aws-sdk/client-sts', '@smithy/core'], 'found'],
    ['no packages of folders above its own, nor of the runner', ['above', 'kafkajs', 'zod'], 'missing'],
  ])('finds %s', async (_, names, outcome) => {
    const { invoke } = await startProbe();
    const codes = { import: 'ERR_MODULE_NOT_FOUND', require: 'MODULE_NOT_FOUND' };
    const { value } = await invoke(names);
    for (const [way, found] of Object.entries(value)) {
      const code = /require|common$|working/i.test(way) ? codes.require : codes.import;
      expect({ way, found }).toEqual({ way, found: names.map(() => (outcome === 'found' ? 'found' : code)) });
    }
  });

  it('finds its own version of the SDK before that of the runtime, as its packages do', async () => {
    const versions = `
      import { createRequire } from 'node:module';
      import * as imported from '@aws-sdk/client-s3';
      import brought from 'brought';
      const required = createRequire(import.meta.url)('@aws-sdk/client-s3');
      export const handler = async () => [imported, required, brought].map(({ S3Client }) => typeof S3Client);`;
    const own = { ...BROUGHT, 'index.mjs': versions };
    const ofRuntime = {
      'index.mjs': versions,
      'node_modules/brought/index.js': BROUGHT['node_modules/brought/main.js'],
    };
    const { invoke, service } = await startFunction(own);
    expect((await invoke()).value).toEqual(['string', 'string', 'string']);
    await service.replaceCode('orders', await temporaryFolder(ofRuntime));
    expect((await invoke()).value).toEqual(['function', 'function', 'function']);
  });

  it('that starts another Node by itself, not by `fork`, lets it find what is in folders above', async () => {
    const folder = await temporaryFolder({
      'node_modules/above/index.js': '',
      'code/index.mjs': `import { execFileSync } from 'node:child_process';
        export const handler = async () => String(execFileSync(process.execPath, ['-p', 'require.resolve("above")']));`,
    });
    const { invoke } = await startFunction({}, { codeDir: join(folder, 'code') }, SEES_ALL);
    expect((await invoke()).value).toContain('node_modules/above/index.js');
  });
});
