import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BUNDLE_METADATA, bundleSync } from '../../../tooling/bundle.ts';
import { REPOSITORY } from '../../../tooling/paths.ts';
import { STAGES } from '../../config/stage.ts';
import type { Json } from '../../testing/inspect.ts';
import { functionRecipe } from './bundled-code.ts';
import { NodeFunction } from './node-function.ts';

const FOLDERS = readdirSync(join(REPOSITORY, 'functions')).filter((folder) =>
  existsSync(join(REPOSITORY, 'functions', folder, 'handler.ts')),
);

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('the code of a function', () => {
  it('is what its recipe in the template makes, to the byte, and its further folders', { timeout: 120_000 }, () => {
    const outdir = temporaryFolder();
    const app = new App({ outdir, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'stack');
    const size = { timeout: Duration.seconds(10), memoryMiB: 256 };
    const folders = { migrations: 'scripts/migrations' };
    for (const folder of ['health', 'migrate-shards'] as const) {
      new NodeFunction(stack, folder, {
        stage: STAGES.dev,
        folder,
        ...size,
        ...(folder === 'health' ? {} : { folders }),
      });
    }
    app.synth();
    const template = JSON.parse(readFileSync(join(outdir, 'stack.template.json'), 'utf8'));
    const functions = Object.values<Json>(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    const assetOf = ({ Properties }: Json) => join(outdir, `asset.${Properties.Code.S3Key.replace('.zip', '')}`);
    expect(functions).toHaveLength(2);
    for (const declared of functions) {
      const asset = assetOf(declared);
      const made = bundleSync(REPOSITORY, declared.Metadata[BUNDLE_METADATA]);
      expect([...made.files.keys()]).toEqual(['index.mjs.map', 'index.mjs']);
      for (const [name, contents] of made.files) expect(readFileSync(join(asset, name)).equals(contents)).toBe(true);
    }
    expect(functions.filter((each) => existsSync(join(assetOf(each), 'migrations')))).toHaveLength(1);
  });

  it('is the same wherever the project lies', () => {
    const copy = temporaryFolder();
    cpSync(join(REPOSITORY, 'functions'), join(copy, 'functions'), { recursive: true });
    const recipe = { ...functionRecipe('describe-api'), entry: 'functions/domain/shard-map.ts' };
    const [here, there] = [REPOSITORY, copy].map((folder) =>
      [...bundleSync(folder, recipe).files.values()].map(String),
    );
    expect(there).toEqual(here);
  });

  it.each(FOLDERS)('of %s can be bundled, and names its sources by their path in the project', (folder) => {
    const { files, inputs } = bundleSync(REPOSITORY, functionRecipe(folder));
    expect(inputs).toContain(`functions/${folder}/handler.ts`);
    const { sources } = JSON.parse(String(Buffer.from(files.get('index.mjs.map') ?? [])));
    expect(sources).toContain(`functions/${folder}/handler.ts`);
  });
});
