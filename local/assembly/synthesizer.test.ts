import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appModules } from './synthesize.ts';
import { APP, appFolder } from './synthesizer-fixture.ts';

const PATIENCE = { timeout: 120_000 };

describe('an app that is a program of Node', () => {
  it('is run as its sources are then, by a process that was started ahead', PATIENCE, async () => {
    const { folder, write, synthesizer, valueIn } = appFolder();
    const first = await synthesizer.synthesize();
    expect(appModules(first, folder)).toEqual(new Set(['app.ts', 'value.ts']));
    await synthesizer.warmUp(first);
    write('value.ts', "export const value: string = 'second';");
    const second = await synthesizer.synthesize();
    expect([first, second].map(valueIn)).toEqual(['first5', 'second5']);
  });

  it('is not run again while nothing has changed', PATIENCE, async () => {
    const { synthesizer, write } = appFolder();
    const assembly = await synthesizer.synthesize();
    writeFileSync(join(assembly, 'mark'), '');
    expect(await synthesizer.synthesize()).toBe(assembly);
    write('value.ts', "export const value: string = 'first';");
    expect(await synthesizer.synthesize()).toBe(assembly);
    expect(existsSync(join(assembly, 'mark'))).toBe(true);
  });

  it('and has a source saved meanwhile is run again once that is as it was', PATIENCE, async () => {
    const { write, synthesizer, valueIn } = appFolder(`
      import { existsSync, writeFileSync } from 'node:fs';
      import { App, CfnOutput, Stack } from 'aws-cdk-lib';
      if (!existsSync('.saved')) writeFileSync('value.ts', "export const value: string = 'second';");
      writeFileSync('.saved', '');
      const { value } = await import('./value.ts');
      new CfnOutput(new Stack(new App(), 'Shop'), 'Value', { value });`);
    expect(valueIn(await synthesizer.synthesize())).toBe('second');
    write('value.ts', "export const value: string = 'first';");
    expect(valueIn(await synthesizer.synthesize())).toBe('first');
  });

  it.each([
    ['fails', "throw new Error('no such shard'); export const value = '';", /no such shard[\s\S]*value\.ts:1:7/],
    ['cannot be read', 'export const value = ;', /value\.ts:1[\s\S]*Expression expected|value\.ts:1[\s\S]*SyntaxError/],
    ['lacks a file', "export * from './gone.ts';", /Cannot find module '\S*gone\.ts'/],
  ])(
    'and %s is told with its place, without the frames of packages, and leaves nothing',
    PATIENCE,
    async (_, text, told) => {
      const { dir, write, synthesizer } = appFolder();
      write('value.ts', text);
      const synthesis = synthesizer.synthesize();
      await expect(synthesis).rejects.toThrow(told);
      await expect(synthesis).rejects.toThrow(/^The CDK app cannot be synthesized:\n/);
      await expect(synthesis).rejects.not.toThrow(/node_modules|node:internal|Node\.js v/);
      expect(readdirSync(dir)).toEqual([]);
    },
  );

  it(
    'and exits with status 0 before the synthesis is told so, by a process started ahead and by another',
    PATIENCE,
    async () => {
      const { dir, write, synthesizer } = appFolder();
      await synthesizer.warmUp(await synthesizer.synthesize());
      write('app.ts', "console.log('nothing to do'); process.exit(0);");
      for (const _ of ['started ahead', 'another']) {
        await expect(synthesizer.synthesize()).rejects.toThrow(
          /^The CDK app cannot be synthesized:\nnothing to do\nIt ended with status 0, but wrote no cloud assembly/,
        );
      }
      expect(readdirSync(dir)).toHaveLength(1);
    },
  );

  it('may be in a folder with *, unless the CDK bundles a function of it', PATIENCE, async () => {
    const { synthesizer, valueIn } = appFolder(APP, {}, 'a*b-');
    expect(valueIn(await synthesizer.synthesize())).toBe('first5');
    const bundling = `
      import { App, Stack } from 'aws-cdk-lib';
      import { Runtime } from 'aws-cdk-lib/aws-lambda';
      import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
      const entry = import.meta.dirname + '/value.ts';
      new NodejsFunction(new Stack(new App(), 'Shop'), 'Function', { entry, runtime: Runtime.NODEJS_24_X });`;
    const refused = appFolder(bundling, {}, 'a*b-');
    refused.write('package-lock.json', '{}');
    await expect(refused.synthesizer.synthesize()).rejects.toThrow(
      `esbuild takes the * in ${refused.folder} for a pattern. Move the app to a folder without it.`,
    );
    const elsewhere = appFolder(bundling);
    elsewhere.write('package-lock.json', '{}');
    expect(readdirSync(await elsewhere.synthesizer.synthesize())).toContain('Shop.template.json');
  });

  it('ends with the signal', PATIENCE, async () => {
    const { folder, dir, synthesizer } = appFolder(
      "import { writeFileSync } from 'node:fs'; writeFileSync('.up', ''); setInterval(() => {}, 1_000);",
    );
    const ending = new AbortController();
    const synthesis = synthesizer.synthesize(ending.signal);
    await expect.poll(() => existsSync(join(folder, '.up')), PATIENCE).toBe(true);
    ending.abort('Ctrl-C');
    await expect(synthesis).rejects.toBe('Ctrl-C');
    expect(readdirSync(dir)).toEqual([]);
  });
});
