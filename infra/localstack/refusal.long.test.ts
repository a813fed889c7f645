import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyProject } from '../testing/project-copy.ts';

const CONSTRUCTOR = 'super(scope, id, props);';
const ADDED = `
    new lib.CfnResource(this, 'Database', { type: 'AWS::RDS::DBInstance' });
    new lib.CustomResource(this, 'Custom', { serviceToken: 'arn:aws:lambda:us-east-1:000000000000:function:any' });
    new lib.aws_lambda.CfnEventSourceMapping(this, 'Mapping', {
      functionName: 'consume-orders',
      eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/orders/1',
      startingPosition: 'LATEST',
      topics: ['orders'],
    });`;

const SYNTHESIS_MS = 120_000;

it('`cdk synth` fails with a sentence for each resource that somebody adds and LocalStack cannot have', {
  timeout: SYNTHESIS_MS,
}, async () => {
  const project = copyProject();
  const stack = join(project, 'infra/stacks/stream-stack.ts');
  const source = readFileSync(stack, 'utf8');
  expect(source).toContain(CONSTRUCTOR);
  writeFileSync(stack, `import * as lib from 'aws-cdk-lib';\n${source.replace(CONSTRUCTOR, CONSTRUCTOR + ADDED)}`);

  const { code, errors } = await synthesize(project);
  expect(code).toBe(1);
  expect(errors).toEqual([
    expect.stringMatching(/^AWS::RDS::DBInstance Stream\/Database: LocalStack only pretends .*externalize\(\)/),
    expect.stringMatching(
      /^AWS::CloudFormation::CustomResource Stream\/Custom\/Default: LocalStack never .*externalize\(\)/,
    ),
    expect.stringMatching(
      /^AWS::Lambda::EventSourceMapping Stream\/Mapping: LocalStack has no pollers .*externalize\(\)/,
    ),
  ]);
});

/** What `cdk synth` ends with, and the errors that it reports. */
function synthesize(project: string): Promise<{ code: unknown; errors: string[] }> {
  const cdk = join(project, 'node_modules/aws-cdk/bin/cdk');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [cdk, 'synth', '--quiet', '-c', 'target=localstack'],
      { cwd: project, timeout: SYNTHESIS_MS },
      (error, _stdout, stderr) => {
        resolve({ code: error?.code ?? 0, errors: stderr.match(/(?<=^ERROR ).*/gm) ?? [] });
      },
    );
  });
}
