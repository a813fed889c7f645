import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryLog } from '../../tooling/log-fixture.ts';
import { bundleSiteSync, type SiteRecipe } from '../../tooling/site-bundle.ts';
import { DeployedSite } from '../services/cloudformation/deployed-site.ts';
import { SiteWatcher } from './site-watcher.ts';

const recipe: SiteRecipe = {
  entries: ['web/index.html', 'web/app.ts', 'web/style.css'],
  page: 'index.html',
  options: { format: 'esm', sourcemap: true, loader: { '.html': 'copy' } },
};

/** A site as it was deployed, and what happens in its bucket from then on. */
function deployedSite() {
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['web', 'shared']) mkdirSync(join(folder, name));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write('shared/name.ts', "export const name = 'one';");
  write('web/app.ts', "import { name } from '../shared/name.ts'; console.log(name);");
  write('web/style.css', 'p { color: red }');
  write('web/index.html', '<meta name="version" content="__VERSION__" />');
  const happened: string[] = [];
  const bucket = new Map<string, string>();
  const site = new DeployedSite(recipe, bundleSiteSync(folder, recipe).files, {
    put: async (name, contents) => {
      happened.push(name);
      bucket.set(name, Buffer.from(contents).toString('utf8'));
    },
    remove: async (names) => void happened.push(...names.map((name) => `-${name}`)),
  });
  const log = memoryLog();
  const watcher = new SiteWatcher({ folder, sites: [site], log });
  return { write, happened, bucket, site, log, watcher };
}

describe('a source of a site that is saved', () => {
  it.each([
    ['a script', 'web/app.ts', 'console.log(2);', ['app.js', 'app.js.map']],
    ['what a script imports', 'shared/name.ts', "export const name = 'two';", ['app.js', 'app.js.map']],
    ['a style', 'web/style.css', 'p { color: blue }', ['style.css', 'style.css.map']],
    ['the page', 'web/index.html', '<p>two</p> __VERSION__', []],
  ])('replaces what is made of it, the page last with another version: %s', async (_, file, text, replaced) => {
    const { write, watcher, happened, bucket, log, site } = deployedSite();
    const before = Buffer.from(site.files.get('index.html') ?? '').toString('utf8');
    write(file, text);
    await watcher.reload([file]);
    expect(happened.slice(0, -1).sort()).toEqual(replaced);
    expect(happened.at(-1)).toBe('index.html');
    expect(bucket.get('index.html')).not.toBe(before);
    expect(bucket.get('index.html')).toMatch(/[0-9a-f]{16}/);
    expect(log.lines).toEqual([expect.stringMatching(/^info test reloaded web in \d+ ms/)]);
  });

  it('replaces nothing when it is no source of the site, or is as it was', async () => {
    const { write, watcher, happened, log } = deployedSite();
    write('shared/other.ts', 'export {};');
    await watcher.reload(['shared/other.ts', 'web/app.ts']);
    expect([happened, log.lines]).toEqual([[], []]);
  });

  it('with an error leaves the former files, says where the error is, and is served once it is mended', async () => {
    const { write, watcher, happened, bucket, log } = deployedSite();
    write('web/app.ts', "import './later.ts';\nconst = 1;");
    await watcher.reload(['web/app.ts']);
    expect(happened).toEqual([]);
    expect(log.lines.join()).toMatch(/^error test web goes on with its former files:[\s\S]*web\/app\.ts:2:6/);
    write('web/app.ts', "import './later.ts';");
    write('web/later.ts', "console.log('later');");
    await watcher.reload(['web/later.ts']);
    expect(bucket.get('app.js')).toContain('later');
  });

  it('that makes a file no more takes it away', async () => {
    const { site, happened } = deployedSite();
    await site.replaceFiles(new Map([...site.files].filter(([name]) => name !== 'style.css')));
    expect(happened).toEqual(['-style.css']);
  });
});
