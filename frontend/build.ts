import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Builds the dashboard's static files: `index.html`, `icon.svg`, and `style.css` and `app.js` with source maps.
 * The settings, `config.json`, come from whoever hosts the page.
 *
 * @param outDir folder that receives the files; created when missing
 * @throws when a source does not compile
 */
export function buildFrontend(outDir: string): void {
  const { outputFiles } = buildSync({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['app.tsx', 'style.css'],
    // Written below: paths inside the source map must not depend on where the files go.
    write: false,
    outdir: '.',
    bundle: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    sourcemap: true,
    sourcesContent: true,
    logLevel: 'silent',
  });
  mkdirSync(outDir, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(outDir, basename(path)), contents);
  for (const name of ['index.html', 'icon.svg']) cpSync(join(import.meta.dirname, name), join(outDir, name));
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
