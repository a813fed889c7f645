import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryLog } from '../../tooling/log-fixture.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { TypeCheck } from './type-check.ts';

const PATIENCE = { timeout: 50_000 };
const OPTIONS = { strict: true, skipLibCheck: true, types: [], lib: ['es2024'] };

/** An app whose sources are `wrong.ts` and `right.ts`. */
function typedApp({ hasTypeScript = true, config = JSON.stringify({ compilerOptions: OPTIONS }) } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'types-'));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  mkdirSync(join(folder, 'node_modules'));
  if (hasTypeScript) symlinkSync(join(REPOSITORY, 'node_modules/typescript'), join(folder, 'node_modules/typescript'));
  if (config !== '') write('tsconfig.json', config);
  write('right.ts', 'export const right: number = 1;');
  write('wrong.ts', "import { right } from './right.js';\nexport const wrong: string = right;");
  const log = memoryLog();
  const types = new TypeCheck({ folder, stateDir: join(folder, '.types'), log });
  onTestFinished(async () => {
    await types.stop();
    rmSync(folder, { recursive: true });
  });
  return { folder, write, log, types };
}

describe('the types of what is saved', () => {
  it('are told with file and line where they are wrong, once, and also when they are right again', async () => {
    const { write, log, types } = typedApp();
    const told = () => log.lines.join('\n');
    await types.begin(['right.ts']);
    await expect
      .poll(told, PATIENCE)
      .toMatch(/warn.* wrong\.ts:2:14 Type 'number' is not assignable to type 'string'\. \(TS2322\)$/);
    write('other.ts', 'export const other: boolean = 2;');
    await types.begin(['right.ts']);
    await expect.poll(told, PATIENCE).toContain('other.ts:1:14');
    expect(told().match(/wrong\.ts/g)).toHaveLength(1);
    write('wrong.ts', 'export const wrong = 1;');
    write('other.ts', 'export const other = 2;');
    // Only the last of several counts.
    await types.begin(['right.ts']);
    await types.begin(['right.ts']);
    await expect.poll(told, PATIENCE).toMatch(/no type errors any more$/);
    expect(log.lines).toHaveLength(3);
  });

  it('are not told of an app that has no TypeScript, or no configuration for it', async () => {
    for (const app of [typedApp({ hasTypeScript: false }), typedApp({ config: '' })]) {
      await app.types.begin(['right.ts']);
      expect(app.log.lines).toEqual([]);
    }
  });

  it('are those of a configuration further down, once something there was saved, and what it is about', async () => {
    const { folder, write, log, types } = typedApp();
    write('wrong.ts', 'export const wrong = 1;');
    mkdirSync(join(folder, 'page/view'), { recursive: true });
    write(
      'page/tsconfig.json',
      '{ "extends": "../tsconfig.json", "compilerOptions": { "lib": ["es2024", "dom"] }, "include": ["."], "exclude": [] }',
    );
    write('page/view/title.ts', "import { right } from '../../right.js';\ndocument.title = right;");
    write('tsconfig.json', JSON.stringify({ compilerOptions: OPTIONS, exclude: ['page'] }));
    const told = () => log.lines.join('\n');
    await types.begin(['page/view/title.ts']);
    await expect.poll(told, PATIENCE).toContain('page/view/title.ts:2:1 Type');
    expect(log.lines).toHaveLength(1);
    write('right.ts', "export const right = 'one';");
    await types.begin(['right.ts']);
    await expect.poll(told, PATIENCE).toMatch(/no type errors any more$/);
  });

  it('are told with what is wrong in the configuration', async () => {
    const { log, types } = typedApp({ config: '{ "extends": "./missing.json" }' });
    const told = () => log.lines.join('\n');
    await types.begin(['right.ts']);
    await expect.poll(told, PATIENCE).toMatch(/warn.*missing\.json.* \(TS\d+\)$/m);
    await expect.poll(told, PATIENCE).toContain('wrong.ts:2:14');
  });
});
