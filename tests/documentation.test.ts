import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = [
  'docs',
  'frontend',
  'functions',
  'infra',
  'local',
  'localstack',
  'patches',
  'scripts',
  'tests',
  'tooling',
];
const DOCUMENTS = globSync(['*.md', 'docs/*.md', 'local/*.md'], { cwd: ROOT });

/** Every file and folder of the repository, folders with a slash at their end. */
const paths = FOLDERS.flatMap((folder) => [
  `${folder}/`,
  ...globSync(`${folder}/**/*`, { cwd: ROOT, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name).slice(ROOT.length + 1);
    return entry.isDirectory() ? `${path}/` : path;
  }),
]).concat(globSync('*.{json,ts,md,yml}', { cwd: ROOT }));

/** What a text in backticks names when it names a file or a folder. Within a paragraph about a folder it may leave that out. */
const PATH = /`((?:[a-z0-9][\w.-]*\/)+|(?:[a-z0-9][\w.-]*\/)*[a-z0-9][\w.-]*\.(?:ts|mjs|json|sql|txt|md))`/gi;
const BEGINS_AT_THE_ROOT = new RegExp(`^(${FOLDERS.join('|')})/`);

function missing(document: string): string[] {
  const named = [...readFileSync(join(ROOT, document), 'utf8').matchAll(PATH)].map(([, path = '']) => path);
  return [...new Set(named)].filter((path) =>
    BEGINS_AT_THE_ROOT.test(path)
      ? !paths.includes(path)
      : !paths.some((known) => known === path || known.endsWith(`/${path}`)),
  );
}

it.each(DOCUMENTS)('%s names files that exist', (document) => {
  expect(missing(document)).toEqual([]);
});

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s/g, '-');

it.each(DOCUMENTS)('%s links to files and headings that exist', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const broken = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].filter(([, path, anchor]) => {
    const target = path ? join(ROOT, dirname(document), path) : join(ROOT, document);
    if (!existsSync(target)) return true;
    const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
    return anchor !== undefined && !headings.map(anchorOf).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

it.each(DOCUMENTS)('%s names npm scripts that exist', (document) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const named = [...readFileSync(join(ROOT, document), 'utf8').matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(
    ([, name = '']) => name,
  );
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it('finds names of files at all', () => {
  const architecture = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  expect([...architecture.matchAll(PATH)].length).toBeGreaterThan(50);
});
