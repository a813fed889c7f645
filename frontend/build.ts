import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleSiteSync, type SiteRecipe } from '../tooling/site-bundle.ts';

/** How the dashboard's static files are built: `index.html`, `icon.svg`, and `style.css` and `app.js` with source maps. */
export const SITE_RECIPE: SiteRecipe = {
  entries: ['app.tsx', 'style.css', 'index.html', 'icon.svg'].map((name) => `frontend/${name}`),
  page: 'index.html',
  options: {
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    sourcemap: true,
    sourcesContent: true,
    loader: { '.html': 'copy', '.svg': 'copy' },
  },
};

/**
 * Builds the dashboard's files. The settings, `config.json`, come from whoever hosts the page.
 *
 * @param outDir folder that receives the files; created when missing
 * @throws when a source does not compile
 */
export function buildFrontend(outDir: string): void {
  mkdirSync(outDir, { recursive: true });
  const { files } = bundleSiteSync(resolve(import.meta.dirname, '..'), SITE_RECIPE);
  for (const [name, contents] of files) writeFileSync(join(outDir, name), contents);
}

if (import.meta.main) {
  const [outDir] = process.argv.slice(2);
  if (outDir === undefined) {
    console.error('Say where the files go: node frontend/build.ts <folder>');
    process.exitCode = 2;
  } else {
    buildFrontend(outDir);
  }
}
