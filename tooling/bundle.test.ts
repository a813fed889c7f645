import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Bundle, type BundleRecipe, Bundler } from './bundle.ts';

/** More functions than a bundler keeps, which all import `shared.ts`. */
function app() {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('shared.ts', "export const shared = 'shared 1';");
  const recipes = Array.from({ length: 6 }, (_, index): BundleRecipe => {
    write(`${index}.ts`, "import { shared } from './shared.ts'; export const handler = () => shared;");
    return { entry: `${index}.ts`, output: 'index.mjs', options: { format: 'esm', sourcemap: true }, folders: {} };
  });
  const bundler = new Bundler(folder);
  onTestFinished(async () => {
    await bundler.stop();
    rmSync(folder, { recursive: true });
  });
  return { folder, write, recipes, bundler };
}

const codeOf = ({ files }: Bundle) => Buffer.from(files.get('index.mjs') ?? '').toString();

describe('a bundler', () => {
  it('makes of each function what its sources say now, though it keeps only some, side by side and one after the other', async () => {
    const { write, recipes, bundler } = app();
    for (const version of [1, 2, 3]) {
      write('shared.ts', `export const shared = 'shared ${version}';`);
      const together = await Promise.all(recipes.map((recipe) => bundler.bundle(recipe)));
      for (const made of together) expect(codeOf(made)).toContain(`shared ${version}`);
      for (const recipe of recipes) expect(codeOf(await bundler.bundle(recipe))).toContain(`shared ${version}`);
    }
  });

  it('says where the sources are, also those that come and go', async () => {
    const { folder, write, recipes, bundler } = app();
    const [recipe] = recipes as [BundleRecipe];
    const made = await bundler.bundle(recipe);
    expect(made.inputs.toSorted()).toEqual(['0.ts', 'shared.ts']);
    expect(JSON.parse(Buffer.from(made.files.get('index.mjs.map') ?? '').toString()).sourceRoot).toBe(`${folder}/`);
    write('0.ts', 'export const handler = ;');
    await expect(bundler.bundle(recipe)).rejects.toThrow('0.ts:1:23');
    write('0.ts', "export { shared as handler } from './other.ts';");
    write('other.ts', 'export const shared = 1;');
    expect((await bundler.bundle(recipe)).inputs.toSorted()).toEqual(['0.ts', 'other.ts']);
  });
});
