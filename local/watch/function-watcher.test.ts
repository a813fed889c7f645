import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BundleRecipe } from '../../tooling/bundle.ts';
import { bundleSync } from '../../tooling/bundle.ts';
import { memoryLog } from '../../tooling/log-fixture.ts';
import { FunctionWatcher } from './function-watcher.ts';
import { SourceWatcher } from './source-watcher.ts';

const PATIENCE = { timeout: 30_000 };

/** Two functions: `one` and `two` import `shared.ts`, and `one` also `own.ts`. */
async function watchedApp() {
  const root = mkdtempSync(join(tmpdir(), 'watch-'));
  const [folder, codeDir] = [join(root, 'app'), join(root, 'reloaded')];
  mkdirSync(join(folder, 'src'), { recursive: true });
  const pathOf = (file: string) => join(folder, 'src', file);
  const write = (file: string, text: string) => writeFileSync(pathOf(file), text);
  write('shared.ts', "export const shared = 'shared 1';");
  write('own.ts', "export const own = 'own 1';");
  write(
    'one.ts',
    "import { own } from './own.ts'; import { shared } from './shared.ts'; export const handler = () => [own, shared];",
  );
  write('two.ts', "import { shared } from './shared.ts'; export const handler = () => shared;");
  const functions = ['one', 'two'].map((name) => {
    const recipe: BundleRecipe = {
      entry: `src/${name}.ts`,
      output: 'index.mjs',
      options: { format: 'esm', platform: 'node', sourcemap: true },
      folders: {},
    };
    const deployed = join(root, name);
    mkdirSync(deployed);
    const made = bundleSync(folder, recipe);
    for (const [file, contents] of made.files) writeFileSync(join(deployed, file), contents);
    return { name, label: name, recipe, codeDir: deployed, sources: made.inputs };
  });
  const swapped: { name: string; dir: string; code: string; map: { sourceRoot: string } }[] = [];
  /** Resolves when the code that was replaced first runs no longer. */
  const drained = Promise.withResolvers<void>();
  const log = memoryLog();
  const prepared: string[] = [];
  const target = {
    prepareCode: (name: string, dir: string) => {
      prepared.push(dir);
      return swapTo(name, dir);
    },
  };
  const swapTo = (name: string, dir: string) => async () => {
    const map = JSON.parse(readFileSync(join(dir, 'index.mjs.map'), 'utf8'));
    swapped.push({ name, dir, code: readFileSync(join(dir, 'index.mjs'), 'utf8'), map });
    return { drained: drained.promise };
  };
  const sources = new SourceWatcher({ folder, log });
  const watcher = new FunctionWatcher({ folder, codeDir, target, sources, log });
  await watcher.start(functions);
  sources.listen((files) => watcher.reload(files));
  await sources.start();
  onTestFinished(async () => {
    await sources.stop();
    await watcher.stop();
    rmSync(root, { recursive: true });
  });
  return { folder, write, pathOf, prepared, swapped, log, drained };
}

describe('a source that is saved', () => {
  it('swaps the functions that import it, and no others', PATIENCE, async () => {
    const { folder, write, swapped, log } = await watchedApp();
    write('own.ts', "export const own = 'own 2';");
    await expect.poll(() => swapped.map(({ name }) => name), PATIENCE).toEqual(['one']);
    expect(swapped[0]?.code).toContain('own 2');
    expect(swapped[0]?.map.sourceRoot).toBe(`${folder}/`);
    write('shared.ts', "export const shared = 'shared 2';");
    await expect
      .poll(
        () =>
          swapped
            .slice(1)
            .map(({ name }) => name)
            .sort(),
        PATIENCE,
      )
      .toEqual(['one', 'two']);
    expect(log.lines.join('\n')).toMatch(/reloaded one in \d+ ms[\s\S]*reloaded one, two in \d+ ms/);
  });

  it('is noticed each time, also by an editor that replaces the file', PATIENCE, async () => {
    const { folder, write, swapped } = await watchedApp();
    for (const round of [2, 3, 4]) {
      write('.draft', `export const own = 'own ${round}';`);
      renameSync(join(folder, 'src/.draft'), join(folder, 'src/own.ts'));
      await expect.poll(() => swapped.at(-1)?.code, PATIENCE).toContain(`own ${round}`);
    }
  });

  it(
    'with an error leaves the former code, says where the error is, and is served once it is mended',
    PATIENCE,
    async () => {
      const { write, swapped, log } = await watchedApp();
      write('own.ts', 'export const own = ;');
      await expect
        .poll(() => log.lines.join('\n'), PATIENCE)
        .toMatch(/error .*one goes on with its former code:[\s\S]*src\/own\.ts:1:19/);
      expect(swapped).toEqual([]);
      write('own.ts', "export const own = 'mended';");
      await expect.poll(() => swapped.at(-1)?.code, PATIENCE).toContain('mended');
    },
  );

  it('that is as it was before keeps its code, though the same code is done with meanwhile', PATIENCE, async () => {
    const { write, swapped, drained } = await watchedApp();
    for (const [index, round] of [2, 3, 2].entries()) {
      write('own.ts', `export const own = 'own ${round}';`);
      await expect.poll(() => swapped.length, PATIENCE).toBe(index + 1);
    }
    drained.resolve();
    const [live, between] = [swapped[2]?.dir ?? '', swapped[1]?.dir ?? ''];
    await expect.poll(() => existsSync(between), PATIENCE).toBe(false);
    expect(existsSync(live)).toBe(true);
  });

  it('finds a process that was prepared since the former save of its function', PATIENCE, async () => {
    const { write, prepared, swapped, drained } = await watchedApp();
    write('own.ts', "export const own = 'own 2';");
    await expect.poll(() => swapped.length, PATIENCE).toBe(1);
    expect(prepared).toHaveLength(1);
    drained.resolve();
    await expect.poll(() => prepared.length, PATIENCE).toBe(2);
    write('own.ts', "export const own = 'own 3';");
    await expect.poll(() => swapped.at(-1)?.dir, PATIENCE).toBe(prepared[1]);
    await expect.poll(() => prepared.length, PATIENCE).toBe(3);
  });

  it('that imports a file which comes only later is served as soon as that is there', PATIENCE, async () => {
    const { write, swapped, log } = await watchedApp();
    write('own.ts', "export { own } from './later.ts';");
    await expect.poll(() => log.lines.join('\n'), PATIENCE).toContain('Could not resolve "./later.ts"');
    write('later.ts', "export const own = 'later';");
    await expect.poll(() => swapped.at(-1)?.code, PATIENCE).toContain('later');
  });

  it('is noticed wherever it is, also if it is imported only since', PATIENCE, async () => {
    const { write, pathOf, swapped } = await watchedApp();
    for (const [folder, form] of [
      ['../../outside', 'written'],
      ['../.hidden', 'replaced'],
    ] as const) {
      mkdirSync(pathOf(folder), { recursive: true });
      write(`${folder}/far.ts`, "export const own = 'far 1';");
      write('own.ts', `export { own } from './${folder}/far.ts';`);
      await expect.poll(() => swapped.at(-1)?.code, PATIENCE).toContain('far 1');
      for (const round of [2, 3]) {
        const text = `export const own = '${form} ${round}';`;
        if (form === 'written') write(`${folder}/far.ts`, text);
        else {
          write(`${folder}/far.new`, text);
          renameSync(pathOf(`${folder}/far.new`), pathOf(`${folder}/far.ts`));
        }
        await expect.poll(() => swapped.at(-1)?.code, PATIENCE).toContain(`${form} ${round}`);
      }
    }
  });

  it('several times within a moment, or by hundreds at once, ends with what was saved last', PATIENCE, async () => {
    const { folder, write, swapped } = await watchedApp();
    mkdirSync(join(folder, 'src/more'));
    for (let index = 0; index < 200; index += 1) write(`more/${index}.ts`, `export const n = ${index};`);
    for (const round of [2, 3, 4]) write('own.ts', `export const own = 'own ${round}';`);
    await expect.poll(() => swapped.at(-1)?.code, PATIENCE).toContain('own 4');
  });

  it('that changes nothing in the bundle swaps nothing', PATIENCE, async () => {
    const { folder, write, swapped } = await watchedApp();
    cpSync(join(folder, 'src/own.ts'), join(folder, 'src/own.ts.bak'));
    write('own.ts', "// a comment\nexport const own = 'own 1';");
    write('shared.ts', "export const shared = 'shared 2';");
    await expect.poll(() => swapped.length, PATIENCE).toBe(2);
    write('own.ts', "// another comment\nexport const own = 'own 1';");
    write('two.ts', "import { shared } from './shared.ts'; export const handler = () => [shared, 2];");
    await expect.poll(() => swapped.length, PATIENCE).toBe(3);
    expect(swapped.at(-1)?.name).toBe('two');
  });
});
