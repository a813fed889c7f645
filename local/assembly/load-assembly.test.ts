import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { loadAssembly } from './load-assembly.ts';

it('loadAssembly says what to do when the folder holds no assembly', () => {
  expect(() => loadAssembly('/nowhere/cdk.out')).toThrow(UserError);
  expect(() => loadAssembly('/nowhere/cdk.out')).toThrow('Run "cdk synth --output /nowhere/cdk.out" first');
});

it.each([
  ['AWS::Serverless-2016-10-31', undefined],
  ['AWS::LanguageExtensions', 'the stack shop has "AWS::LanguageExtensions" as its Transform'],
])('a stack with the macro %s is refused unless that leaves its other resources alone', (macro, message) => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'assembly-')), builtinCloudFormationValidation: false });
  onTestFinished(() => rmSync(app.outdir, { recursive: true }));
  new Stack(app, 'shop').addTransform(macro);
  const { directory } = app.synth();
  if (message === undefined) expect(loadAssembly(directory)).toMatchObject([{ name: 'shop' }]);
  else expect(() => loadAssembly(directory)).toThrow(message);
});
