import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionRecipe } from '../../infra/constructs/functions/bundled-code.ts';
import { bundleSync } from '../../tooling/bundle.ts';

const ROOT = join(import.meta.dirname, '../..');
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'orderflow-stacks-'));
  for (const [name, contents] of bundleSync(ROOT, functionRecipe('describe-api')).files) {
    writeFileSync(join(dir, name), contents);
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What a program prints that has loaded the bundle of a function. */
function run(statement: string): string {
  const program = `import { handler } from './index.mjs'; ${statement}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: dir,
    encoding: 'utf8',
    env: {},
  });
  return stdout + stderr;
}

describe('a stack in a bundle', () => {
  it('names the sources', () => {
    const line = run('await handler({}, { get awsRequestId() { throw new TypeError("none") } })');
    const { name, stack } = JSON.parse(line).error;
    expect([name, stack]).toEqual(['TypeError', expect.stringMatching(/^TypeError: none\n {4}at /)]);
    expect(stack).toMatch(/\n {4}at functions\/http\/pipeline\.ts:\d+:\d+\n/);
    expect(stack).not.toContain('index.mjs:');
  });

  it('that nobody looks at does not have the map read', () => {
    writeFileSync(join(dir, 'index.mjs.map'), 'no map');
    expect(run('new Error("unseen"); console.log(typeof handler)')).toBe('function\n');
  });
});
