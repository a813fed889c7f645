import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { REPOSITORY } from '../tooling/paths.ts';

const PATIENCE = { timeout: 240_000 };

it("the templates of stage dev pass CloudFormation's own rules, which local runs leave out", PATIENCE, async () => {
  const output = mkdtempSync(join(tmpdir(), 'cdk-out-'));
  onTestFinished(() => rmSync(output, { recursive: true }));
  const cdk = join(REPOSITORY, 'node_modules/aws-cdk/bin/cdk');
  await promisify(execFile)(process.execPath, [cdk, 'synth', '--quiet', '--output', output], { cwd: REPOSITORY });
  // None has found anything, and the rules were asked: otherwise there is no report.
  const report = JSON.parse(readFileSync(join(output, 'validation-report.json'), 'utf8'));
  expect(report.pluginReports).toEqual([]);
});
