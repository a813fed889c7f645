import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCdkSynth } from './cdk-command.ts';
import { APP, appFolder } from './synthesizer-fixture.ts';

const PATIENCE = { timeout: 240_000 };

it('an app that is a program of Node has the same assembly as by the command line of the CDK', PATIENCE, async () => {
  const { folder, app, synthesizer } = appFolder(APP, { context: { size: 'overridden', other: 1 } });
  const assembly = await synthesizer.synthesize();
  const output = join(folder, '.cdk.out');
  await runCdkSynth({ app, output, home: join(folder, '.home'), signal: undefined });
  // Rules and times are what the command line adds, and modules what is noted here.
  const filesOf = (dir: string) =>
    Object.fromEntries(
      readdirSync(dir)
        .filter((name) => !/^(modules|validation-report|performance-counters)\.json$/.test(name))
        .map((name) => [name, readFileSync(join(dir, name), 'utf8')]),
    );
  expect(Object.keys(filesOf(assembly))).toContain('Shop.template.json');
  expect(filesOf(assembly)).toEqual(filesOf(output));
});

it('an app that reports an error itself fails with it, and its place in the app', PATIENCE, async () => {
  const { synthesizer } = appFolder(`${APP}Annotations.of(stack).addError('too small');`);
  await expect(synthesizer.synthesize()).rejects.toThrow(/Shop[\s\S]*too small|too small[\s\S]*Shop/);
});

it('an app that looks something up in an account is left to the command line of the CDK', PATIENCE, async () => {
  const lookup =
    "import { aws_ec2 as ec2 } from 'aws-cdk-lib';\nec2.Vpc.fromLookup(stack, 'Vpc', { isDefault: true });";
  const { synthesizer } = appFolder(
    APP.replace("'Shop')", "'Shop', { env: { account: '1', region: 'eu-west-1' } })") + lookup,
  );
  await expect(synthesizer.synthesize()).rejects.toThrow(/credentials/);
});
