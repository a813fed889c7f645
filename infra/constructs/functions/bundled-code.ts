import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BundleRecipe, foldersOf } from '../../../tooling/bundle.ts';
import { cachedBundleSync } from '../../../tooling/bundle-cache.ts';

const PROJECT_ROOT = resolve(import.meta.dirname, '../../..');

// CommonJS packages inside an ES module bundle still call require() for Node's own modules.
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** How the function of a folder is bundled. @param folders to put beside the bundle: name there, and path in the project */
export function functionRecipe(folder: string, folders: Readonly<Record<string, string>> = {}): BundleRecipe {
  return {
    entry: `functions/${folder}/handler.ts`,
    output: 'index.mjs',
    options: {
      format: 'esm',
      platform: 'node',
      target: 'node24',
      // ES module builds of the packages, where they have one, can be tree-shaken.
      mainFields: ['module', 'main'],
      minify: true,
      sourcemap: true,
      sourcesContent: false,
      banner: { js: REQUIRE_BANNER },
    },
    folders,
  };
}

/** The code of a function, bundled by a recipe in this process, without Docker. */
export function bundledCode(recipe: BundleRecipe): Code {
  return Code.fromAsset(PROJECT_ROOT, {
    // Of the same sources, wherever they lie, the same asset.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never used, but asked for; the CDK keeps one asset for the same command.
      image: DockerImage.fromRegistry('none'),
      command: [JSON.stringify(recipe)],
      local: {
        tryBundle: (outputDir) => {
          for (const [name, contents] of cachedBundleSync(PROJECT_ROOT, recipe).files) {
            writeFileSync(join(outputDir, name), contents);
          }
          for (const [name, path] of foldersOf(PROJECT_ROOT, recipe)) {
            cpSync(path, join(outputDir, name), { recursive: true });
          }
          return true;
        },
      },
    },
  });
}
