import { expect, it } from 'vitest';
import { UserError } from '../../tooling/errors.ts';
import { loadAssembly } from './load-assembly.ts';

it('loadAssembly says what to do when the folder holds no assembly', () => {
  expect(() => loadAssembly('/nowhere/cdk.out')).toThrow(UserError);
  expect(() => loadAssembly('/nowhere/cdk.out')).toThrow('Run "cdk synth --output /nowhere/cdk.out" first');
});
