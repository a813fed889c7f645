import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheDirOf } from '../../tooling/paths.ts';
import { findPythonForCfnLint, installCfnLint, lintFiles, lintTemplates } from './lint-templates.ts';

const python = await findPythonForCfnLint();
const cacheDir = cacheDirOf(process.env);
/** The first time, cfn-lint is installed. */
const INSTALL_TIMEOUT_MS = 300_000;

describe.skipIf(!python)('cfn-lint (needs Python 3.10 to 3.14)', () => {
  if (!python) return;

  it('has nothing to say against any template of either stage', { timeout: INSTALL_TIMEOUT_MS }, async () => {
    const { templates, findings } = await lintTemplates(python, cacheDir);
    expect(findings).toEqual([]);
    expect(templates).toBe(24);
  });

  it('names what a Region does not have', { timeout: INSTALL_TIMEOUT_MS }, async () => {
    const { findings } = await lintTemplates(python, cacheDir, 'ca-west-1');
    expect(findings).toContainEqual(
      expect.stringMatching(
        /^Error E3025 dev\/Shards\.template\.json .*DBInstanceClass: 'db\.t4g\.micro' is not one of/,
      ),
    );
    expect(findings.filter((finding) => !finding.includes('DBInstanceClass'))).toEqual([]);
  });

  it('would name what is wrong with a template', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lint-'));
    const file = join(dir, 'bad.template.json');
    const Resources = { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketColour: 'blue' } } };
    writeFileSync(file, JSON.stringify({ Resources }));
    const findings = await lintFiles(await installCfnLint(python, cacheDir), [file], dir);
    expect(findings).toEqual([expect.stringMatching(/^Error E3002 bad\.template\.json Resources\/Bucket/)]);
  });
});
