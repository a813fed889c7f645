import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../tooling/log-fixture.ts';
import { REPOSITORY } from '../../tooling/paths.ts';
import { Synthesizer } from './synthesize.ts';

export const APP = `
import { App, Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import { value } from './value.ts';
const app = new App();
const stack = new Stack(app, 'Shop');
new CfnOutput(stack, 'Value', { value: value + (app.node.tryGetContext('size') ?? '') });
`;

/** A CDK app that is a program of Node. @param name begins that of its folder */
export function appFolder(main = APP, cdkJson: object = {}, name = 'cdk-app-') {
  const folder = mkdtempSync(join(tmpdir(), name));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  write('package.json', '{ "type": "module" }');
  write('cdk.json', JSON.stringify({ app: 'node app.ts', versionReporting: false, ...cdkJson }));
  write('app.ts', main);
  write('value.ts', "export const value: string = 'first';");
  const dir = join(folder, '.data/assemblies');
  const app = { folder, context: { size: '5' }, irrelevant: /^\./ };
  const synthesizer = new Synthesizer({ app, dir, log: silentLog });
  onTestFinished(async () => {
    await synthesizer.stop();
    rmSync(folder, { recursive: true });
  });
  const valueIn = (assembly: string) =>
    JSON.parse(readFileSync(join(assembly, 'Shop.template.json'), 'utf8')).Outputs.Value.Value;
  return { folder, dir, write, app, synthesizer, valueIn };
}
